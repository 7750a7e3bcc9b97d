"""Review: the staff's page of an application, and what they do there: decide, change what they
offered or take it back, write, take notes, release what was held. They find it in the `queue`.

The page shows the answers in `reading` order, the `timeline`, and what each kind would cost
(`pricing`). A mail is sent only if its `fingerprint` is that of the preview, and a decision is
refused if there were `changes` since the page was opened. `on_its_way` says afterwards whether the
mail waits for something. `taking` shows who is working on it.
"""
