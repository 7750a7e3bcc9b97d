// What a contrast depends on makes a look. One look comes on every page, and to compare colours takes
// axe longest: it runs on whatever looks as nothing did that has passed.
const FIELDS = "textarea, select, input:not([type=radio], [type=checkbox])";
const hasText = element => [...element.childNodes].some(node => node.data?.trim());
const isRead = element => {
  const {width, height, bottom} = element.getBoundingClientRect();
  const isThere = width > 1 && height > 1 && bottom > 0 && element.checkVisibility();
  return isThere && !element.closest("svg") && (hasText(element) || element.matches(FIELDS));
};

// With classes, a look is named after what has made it so.
const looker = withClasses => {
  const grounds = new Map();
  const classesOf = element => withClasses ? [element.className] : [];

  const groundOf = element => {
    if (!element) return "";
    if (!grounds.has(element)) {
      const {backgroundColor, backgroundImage, opacity} = getComputedStyle(element);
      const own = [backgroundColor, backgroundImage, opacity].join(" ");
      const isClear = own === "rgba(0, 0, 0, 0) none 1";
      const here = isClear ? "" : ["", own, ...classesOf(element)].join("/");
      grounds.set(element, groundOf(element.parentElement) + here);
    }
    return grounds.get(element);
  };

  return element => {
    const {color, fontSize, fontWeight, textDecorationLine} = getComputedStyle(element);
    const around = element.parentElement;
    const text = hasText(around) && getComputedStyle(around).color;
    const classes = [...classesOf(element), ...classesOf(around)];
    const own = [element.localName, ...classes, color, fontSize, fontWeight, textDecorationLine];
    return [...own, "in", text, "on", groundOf(element)].join(" ");
  };
};

const classedLooks = () => {
  const read = [...document.body.querySelectorAll("*")].filter(isRead);
  return [...new Set(read.map(looker(true)))];
};

// In one go, or a page that is alive would take away what was chosen.
const askAbout = (elements, options) => {
  elements.forEach(element => element.setAttribute("data-asked", ""));
  const told = {resultTypes: ["violations", "passes"], elementRef: true};
  const answer = axe.run("[data-asked]", {...options, ...told});
  return answer.finally(() => elements.forEach(element => element.removeAttribute("data-asked")));
};

// axe is asked about one element of each new look, and of the looks that this says nothing about, about
// the others.
const runOnNew = async (passed, options) => {
  const known = new Set(passed), lookOf = looker(false), answers = [];
  const isNew = element => isRead(element) && !known.has(lookOf(element));
  const looksIn = kind => answers
    .flatMap(answer => answer[kind].flatMap(rule => rule.nodes))
    .map(node => lookOf(node.element));

  const fresh = [...document.body.querySelectorAll("*")].filter(isNew);
  const ones = [...new Map(fresh.map(element => [lookOf(element), element])).values()];
  if (ones.length) answers.push(await askAbout(ones, options));
  ["passes", "violations"].flatMap(looksIn).forEach(look => known.add(look));
  const others = fresh.filter(element => isNew(element) && !ones.includes(element));
  if (others.length) answers.push(await askAbout(others, options));
  return [{violations: answers.flatMap(answer => answer.violations)}, looksIn("passes")];
};
