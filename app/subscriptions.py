"""Event type → subscribers: the one table where domains meet.

Producers know no subscribers. A new subscriber is one function in its own domain and one line here.
"""

from app.applications.events import (
    AnswerDue,
    ApplicationAccepted,
    ApplicationDeclined,
    ApplicationDismissed,
    ApplicationErased,
    ApplicationHeld,
    ApplicationPutBack,
    ApplicationReleased,
    ApplicationSubmitted,
    ApplicationTaken,
    ApplicationWithdrawn,
    DraftDiscarded,
    DraftExpiring,
    DraftLinkRequested,
    MoreProvided,
    MoreRequested,
    OfferChanged,
    OfferTakenBack,
    PageLinkReplaced,
    PageLinkRequested,
)
from app.applications.subscribers import keep_promise
from app.attachments.subscribers import erase_attachments
from app.chat.subscribers import erase_messages
from app.circuits.events import CircuitOpened
from app.engagements.events import EngagementAccepted, EngagementOffered, EngagementProposed
from app.engagements.subscribers import (
    activate_engagement,
    close_engagement,
    erase_signature,
    offer_engagement,
    propose_engagement,
)
from app.erasures.subscribers import enter_deleted_draft, enter_erasure
from app.events.canary import CanaryReleased, note_canary
from app.events.delivery.dead_letters import DeliveryDeadLettered
from app.events.subscription import Subscriber
from app.events.types import Event
from app.messages.events import MessageReceived, MessageSent, NoteWritten, ReplyDue
from app.messages.subscribers import keep_reply_promise
from app.notifications.money_subscribers import (
    alert_staff_of_dispute,
    alert_staff_of_dispute_end,
    alert_staff_of_failed_refund,
    alert_staff_of_overpayment,
)
from app.notifications.subscribers import (
    alert_staff,
    alert_staff_of_failure,
    alert_staff_of_outage,
    alert_staff_of_webhook,
    announce_agreement,
    announce_withdrawal,
    ask_for_a_look,
    confirm_deposit,
    confirm_receipt,
    erase_draft_mail,
    erase_mail,
    pass_on_answer,
    pass_on_message,
    remind_of_draft,
    remind_staff,
    remind_staff_of_message,
    send_decision,
    send_message,
    send_page_link,
    send_resume_link,
)
from app.payments.events import (
    DepositDisputeClosed,
    DepositDisputed,
    DepositOverpaid,
    DepositPaid,
    DepositRefundFailed,
    StripeEventReceived,
)
from app.payments.subscribers import erase_payer, request_deposit, settle_deposit
from app.review.queue.events import WorkingDayBegan
from app.review.subscribers import list_application, tell_what_waits
from app.scoring.events import ApplicationScored
from app.scoring.subscribers import score_fit
from app.webhooks.events import WebhookEndpointDisabled
from app.webhooks.subscribers import erase_answers, erase_draft_answers

SUBSCRIPTIONS: dict[type[Event], tuple[Subscriber, ...]] = {
    DraftLinkRequested: (send_resume_link,),
    DraftExpiring: (remind_of_draft,),
    DraftDiscarded: (erase_draft_mail, erase_draft_answers, enter_deleted_draft),
    ApplicationSubmitted: (score_fit, confirm_receipt, keep_promise, list_application),
    ApplicationHeld: (ask_for_a_look, list_application),
    ApplicationReleased: (score_fit, confirm_receipt, keep_promise, list_application),
    ApplicationDismissed: (keep_promise, keep_reply_promise, list_application),
    ApplicationScored: (propose_engagement, list_application),
    EngagementProposed: (alert_staff, list_application),
    MoreRequested: (send_decision, keep_promise, keep_reply_promise, list_application),
    MoreProvided: (pass_on_answer, keep_promise, list_application),
    MessageReceived: (pass_on_message, keep_reply_promise, list_application),
    MessageSent: (send_message, keep_reply_promise, list_application),
    NoteWritten: (list_application,),
    ApplicationTaken: (list_application,),
    ApplicationPutBack: (list_application,),
    ReplyDue: (remind_staff_of_message,),
    WorkingDayBegan: (tell_what_waits,),
    ApplicationDeclined: (
        close_engagement,
        send_decision,
        keep_promise,
        keep_reply_promise,
        list_application,
    ),
    ApplicationAccepted: (
        offer_engagement,
        send_decision,
        keep_promise,
        keep_reply_promise,
        list_application,
    ),
    OfferChanged: (send_decision, keep_reply_promise, list_application),
    OfferTakenBack: (send_decision, keep_reply_promise, list_application),
    ApplicationWithdrawn: (
        close_engagement,
        announce_withdrawal,
        keep_promise,
        keep_reply_promise,
        list_application,
    ),
    ApplicationErased: (
        close_engagement,
        erase_mail,
        erase_messages,
        erase_signature,
        erase_payer,
        erase_answers,
        erase_attachments,
        enter_erasure,
        keep_promise,
        keep_reply_promise,
        list_application,
    ),
    PageLinkRequested: (send_page_link,),
    PageLinkReplaced: (send_page_link,),
    EngagementOffered: (list_application,),
    AnswerDue: (remind_staff, list_application),
    EngagementAccepted: (request_deposit, announce_agreement),
    StripeEventReceived: (settle_deposit,),
    DepositPaid: (activate_engagement, confirm_deposit),
    DepositOverpaid: (alert_staff_of_overpayment,),
    DepositRefundFailed: (alert_staff_of_failed_refund,),
    DepositDisputed: (alert_staff_of_dispute,),
    DepositDisputeClosed: (alert_staff_of_dispute_end,),
    DeliveryDeadLettered: (alert_staff_of_failure,),
    CircuitOpened: (alert_staff_of_outage,),
    WebhookEndpointDisabled: (alert_staff_of_webhook,),
    CanaryReleased: (note_canary,),
}
