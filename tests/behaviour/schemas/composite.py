"""Composite primary keys."""

from __future__ import annotations

from tests.behaviour.orm import models


class Tenant(models.Model):
    name = models.CharField(max_length=10)

    class Meta:
        app_label = "composite"


class User(models.Model):
    pk = models.CompositePrimaryKey("tenant_id", "id")
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="users")
    id = models.IntegerField()
    email = models.CharField(max_length=20, unique=True)

    class Meta:
        app_label = "composite"


class Comment(models.Model):
    pk = models.CompositePrimaryKey("tenant", "number")
    tenant = models.ForeignKey(Tenant, models.CASCADE)
    number = models.IntegerField()
    user_id = models.IntegerField()
    user = models.ForeignObject(
        User,
        models.CASCADE,
        from_fields=("tenant_id", "user_id"),
        to_fields=("tenant_id", "id"),
        related_name="comments",
    )
    text = models.TextField(default="")

    class Meta:
        app_label = "composite"


MODELS = [Tenant, User, Comment]
