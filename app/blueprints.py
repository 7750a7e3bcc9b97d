"""The pages, in the order of the flow: a prospect reads, applies, follows the application, pays;
staff sign in and decide; the operator looks after the flow itself."""

from app.accounts.second_step_views import second_step
from app.accounts.views import accounts
from app.api.views import api
from app.applications.drafts.autosave_views import autosave
from app.applications.drafts.deletion_views import draft_deletion
from app.applications.drafts.resume_link_views import resume_link
from app.applications.drafts.starting_over_views import starting_over
from app.applications.drafts.views import application_form
from app.attachments.views import attachments
from app.comparer.views import comparer
from app.content.picture_views import pictures
from app.content.syndication_views import syndication
from app.content.views import content
from app.engagements.views import engagements
from app.history.views import history
from app.labs.this_site.views import this_site
from app.labs.time_machine.views import time_machine
from app.labs.views import labs
from app.monitoring.views import monitoring
from app.notifications.letters.letter import letters
from app.operations.catalog_views import catalog
from app.operations.replay.views import replays
from app.operations.views import operations
from app.outlook.views import outlook
from app.payments.refund_views import bank_refunds
from app.payments.stripe.webhook import stripe_webhook
from app.payments.views import payments
from app.portal.lost_link_views import lost_link
from app.portal.message_views import own_messages
from app.portal.own_data_views import own_data
from app.portal.views import portal
from app.review.held_views import held
from app.review.message_views import staff_messages
from app.review.note_views import staff_notes
from app.review.queue.views import queue
from app.review.taking_views import taking
from app.review.views import review
from app.styleguide import styleguide
from app.webhooks.edit_views import webhook_edit
from app.webhooks.views import webhooks

BLUEPRINTS = (
    content,
    syndication,
    pictures,
    application_form,
    autosave,
    resume_link,
    starting_over,
    draft_deletion,
    attachments,
    outlook,
    portal,
    own_messages,
    own_data,
    lost_link,
    payments,
    bank_refunds,
    stripe_webhook,
    letters,
    accounts,
    second_step,
    queue,
    review,
    held,
    staff_messages,
    staff_notes,
    taking,
    history,
    engagements,
    operations,
    catalog,
    replays,
    webhooks,
    webhook_edit,
    api,
    styleguide,
    monitoring,
)

# The site shows how it works, if the firm wants that.
LABS = (comparer, labs, time_machine, this_site)
