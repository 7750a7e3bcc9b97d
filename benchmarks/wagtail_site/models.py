"""The form page, like the one in Wagtail's documentation that mails what it receives; and the pages
of a blog."""

from django.db import models
from modelcluster.fields import ParentalKey
from wagtail.contrib.forms.models import AbstractEmailForm, AbstractFormField
from wagtail.models import Page


class EnquiryField(AbstractFormField):
    page = ParentalKey("EnquiryPage", on_delete=models.CASCADE, related_name="form_fields")


class EnquiryPage(AbstractEmailForm):
    pass


class ArticlePage(Page):
    summary = models.TextField()
    published = models.DateField()
    body = models.TextField()


class ArticleIndexPage(Page):
    def get_context(self, request, *args, **kwargs):  # type: ignore[no-untyped-def]
        context = super().get_context(request, *args, **kwargs)
        articles = ArticlePage.objects.child_of(self).live().order_by("-published")
        return {**context, "articles": articles}
