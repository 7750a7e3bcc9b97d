"""The form page, as Wagtail's manual shows one that mails what it receives."""

from django.db import models
from modelcluster.fields import ParentalKey
from wagtail.contrib.forms.models import AbstractEmailForm, AbstractFormField


class EnquiryField(AbstractFormField):
    page = ParentalKey("EnquiryPage", on_delete=models.CASCADE, related_name="form_fields")


class EnquiryPage(AbstractEmailForm):
    pass
