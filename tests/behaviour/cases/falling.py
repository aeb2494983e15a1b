"""Deletion of what depends: each rule, chains, cycles, counts, signals, number of statements."""

from __future__ import annotations

from typing import Any

from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.orm import exceptions, models, signals
from tests.behaviour.schemas import falling
from tests.behaviour.schemas.falling import (
    Base,
    Bottom,
    Child,
    ChildNote,
    Group,
    Guarded,
    InDatabase,
    Left,
    Node,
    Parent,
    ParentNote,
    Plain,
    Right,
    Ruled,
    Top,
)  # fmt: skip

SCHEMA = falling


async def ruled(env: Environment, **relations: Any) -> tuple[Any, Any]:
    """Return a base to delete and a row that refers to it by the named relation; base 1 is the default."""
    await env.do(Base.objects, "create", name="default")
    base = await env.do(Base.objects, "create", name="falls")
    row = await env.do(Ruled.objects, "create", name="row", **dict.fromkeys(relations, base))
    return base, row


async def fall(env: Environment, relation: str) -> None:
    """Delete what one relation refers to, and note what is returned and what is left."""
    base, _ = await ruled(env, **{relation: True})
    with env.at_most("statements"), env.raises("outcome"):
        env.note("returns", await env.do(base, "delete"))
    env.note("left", await env.fetch(Ruled.objects.values_list("name", relation)))
    env.note("bases", await env.do(Base.objects, "count"))
    env.note("pk", base.pk)


@case()
async def cascade(env: Environment) -> None:
    await fall(env, "auto")


@case()
async def cascade_required(env: Environment) -> None:
    await fall(env, "auto_required")


@case()
async def set_null(env: Environment) -> None:
    await fall(env, "setnull")


@case()
async def set_default(env: Environment) -> None:
    await fall(env, "setdefault")


@case()
async def set_default_none(env: Environment) -> None:
    await fall(env, "setdefault_none")


@case()
async def set_value(env: Environment) -> None:
    await fall(env, "setvalue")


@case()
async def set_none(env: Environment) -> None:
    await fall(env, "setnone")


@case()
async def protect(env: Environment) -> None:
    await fall(env, "protect")


@case()
async def restrict(env: Environment) -> None:
    await fall(env, "restrict")


@case()
async def do_nothing(env: Environment) -> None:
    base, row = await ruled(env, donothing=True)
    with env.raises("the database refuses"):
        async with env.atomic():
            await env.do(base, "delete")
    row.donothing = None
    await env.do(row, "save")
    base = await env.do(Base.objects, "get", name="falls")
    env.note("freed", await env.do(base, "delete"))


@case()
async def several_rules_at_once(env: Environment) -> None:
    base, _ = await ruled(env, setnull=True, setdefault=True, setnone=True)
    with env.at_most("statements"):
        env.note("returns", await env.do(base, "delete"))
    env.note("left", await env.fetch(Ruled.objects.values_list("setnull", "setdefault", "setnone")))


@case()
async def protected_objects(env: Environment) -> None:
    base, row = await ruled(env, protect=True)
    with env.raises("protected") as caught:
        await env.do(base, "delete")
    env.note("objects", caught.error.protected_objects)
    env.note("is integrity error", isinstance(caught.error, exceptions.IntegrityError))
    env.note("args", len(caught.error.args))
    env.note("kind", isinstance(caught.error, models.ProtectedError))
    with env.raises("queryset"):
        await env.do(Base.objects.filter(name="falls"), "delete")
    env.note("row", row.protect_id == base.pk)


@case()
async def protected_text(env: Environment) -> None:
    base, _ = await ruled(env, protect=True)
    with env.raises("protected") as caught:
        await env.do(base, "delete")
    env.note("text", caught.error.args[0])


@case()
async def restricted_text(env: Environment) -> None:
    base, _ = await ruled(env, restrict=True)
    with env.raises("restricted") as caught:
        await env.do(base, "delete")
    env.note("text", caught.error.args[0])
    env.note("objects", caught.error.restricted_objects)
    env.note("kind", isinstance(caught.error, models.RestrictedError))


@case()
async def protected_by_what_falls_anyway(env: Environment) -> None:
    top = await env.do(Top.objects, "create")
    left = await env.do(Left.objects, "create", top=top)
    right = await env.do(Right.objects, "create", top=top)
    await env.do(Guarded.objects, "create", left=left, right=right)
    with env.raises("protect refuses even so"):
        await env.do(top, "delete")


@case()
async def restricted_by_what_falls_anyway(env: Environment) -> None:
    top = await env.do(Top.objects, "create")
    left = await env.do(Left.objects, "create", top=top)
    right = await env.do(Right.objects, "create", top=top)
    await env.do(Bottom.objects, "create", left=left, right=right)
    with env.raises("alone"):
        await env.do(left, "delete")
    with env.at_most("statements"):
        env.note("together", await env.do(top, "delete"))


@case()
async def restricted_by_something_else(env: Environment) -> None:
    top = await env.do(Top.objects, "create")
    other = await env.do(Top.objects, "create")
    left = await env.do(Left.objects, "create", top=top)
    right = await env.do(Right.objects, "create", top=other)
    await env.do(Bottom.objects, "create", left=left, right=right)
    with env.raises("refused"):
        await env.do(top, "delete")
    env.note("other side", await env.do(other, "delete"))
    env.note("then", await env.do(top, "delete"))


@case()
async def a_tree(env: Environment) -> None:
    root = await env.do(Node.objects, "create", name="root")
    for number in range(3):
        child = await env.do(Node.objects, "create", name=f"c{number}", parent=root)
        await env.do(Node.objects, "create", name=f"g{number}", parent=child)
    with env.at_most("statements"):
        env.note("returns", await env.do(root, "delete"))


@case()
async def a_cycle(env: Environment) -> None:
    first = await env.do(Node.objects, "create", name="a")
    second = await env.do(Node.objects, "create", name="b", parent=first)
    first.parent = second
    await env.do(first, "save")
    env.note("returns", await env.do(first, "delete"))
    env.note("count", await env.do(Node.objects, "count"))


@case()
async def a_row_that_refers_to_itself(env: Environment) -> None:
    node = await env.do(Node.objects, "create", name="a")
    node.parent = node.friend = node
    await env.do(node, "save")
    env.note("returns", await env.do(node, "delete"))


@case()
async def cascade_and_set_null_together(env: Environment) -> None:
    root = await env.do(Node.objects, "create", name="root")
    child = await env.do(Node.objects, "create", name="child", parent=root)
    await env.do(Node.objects, "create", name="friend", friend=child)
    env.note("returns", await env.do(root, "delete"))
    env.note("left", await env.fetch(Node.objects.values_list("name", "friend")))


@case()
async def many_to_many_rows_fall_with_either_side(env: Environment) -> None:
    nodes = [await env.do(Node.objects, "create", name=name) for name in "abc"]
    group = await env.do(Group.objects, "create", name="g")
    await env.do(group.nodes, "add", *nodes)
    env.note("node", await env.do(nodes[0], "delete"))
    with env.at_most("statements"):
        env.note("group", await env.do(group, "delete"))
    env.note("nodes", await env.do(Node.objects, "count"))


@case()
async def a_queryset_of_many(env: Environment) -> None:
    root = await env.do(Node.objects, "create", name="root")
    await env.do(Node.objects, "bulk_create", [Node(name=str(number), parent=root) for number in range(250)])
    with env.at_most("statements"):
        env.note("returns", await env.do(Node.objects.filter(name="root"), "delete"))
    env.note("count", await env.do(Node.objects, "count"))


@case()
async def a_child_of_inheritance(env: Environment) -> None:
    child = await env.do(Child.objects, "create", name="c", age=3)
    await env.do(ChildNote.objects, "create", child=child)
    await env.do(ParentNote.objects, "create", parent=child)
    with env.at_most("statements"):
        env.note("returns", await env.do(child, "delete"))
    env.note("pk", child.pk)


@case()
async def a_parent_of_inheritance(env: Environment) -> None:
    child = await env.do(Child.objects, "create", name="c", age=3)
    await env.do(ChildNote.objects, "create", child=child)
    parent = await env.do(Parent.objects, "get")
    env.note("returns", await env.do(parent, "delete"))
    env.note("children", await env.do(Child.objects, "count"))


@case()
async def keeping_the_parents(env: Environment) -> None:
    child = await env.do(Child.objects, "create", name="c", age=3)
    await env.do(ChildNote.objects, "create", child=child)
    await env.do(ParentNote.objects, "create", parent=child)
    env.note("returns", await env.do(child, "delete", keep_parents=True))
    env.note("parents", await env.fetch(Parent.objects.values_list("name", flat=True)))
    env.note("notes", [await env.do(ParentNote.objects, "count"), await env.do(ChildNote.objects, "count")])


@case()
async def a_queryset_of_children(env: Environment) -> None:
    for number in range(3):
        await env.do(Child.objects, "create", name=str(number), age=number)
    env.note("returns", await env.do(Child.objects.filter(age__gt=0), "delete"))
    env.note("left", await env.fetch(Parent.objects.values_list("name", flat=True)))


@case()
async def signals_of_a_chain(env: Environment) -> None:
    log: list[object] = []
    for sender in (Node, Group):
        for name, signal in (("pre", signals.pre_delete), ("post", signals.post_delete)):
            env.listen(
                signal, log, lambda instance, name=name, **rest: [name, type(instance).__name__, instance.name],
                sender=sender,
            )  # fmt: skip
    root = await env.do(Node.objects, "create", name="root")
    child = await env.do(Node.objects, "create", name="child", parent=root)
    await env.do(Node.objects, "create", name="grandchild", parent=child)
    env.note("returns", await env.do(root, "delete"))
    env.note("log", log)


@case()
async def signals_of_inheritance(env: Environment) -> None:
    log: list[object] = []
    for sender in (Parent, Child):
        for name, signal in (("pre", signals.pre_delete), ("post", signals.post_delete)):
            env.listen(signal, log, lambda sender, name=name, **rest: [name, sender.__name__], sender=sender)
    child = await env.do(Child.objects, "create", name="c")
    await env.do(child, "delete")
    env.note("log", log)


@case()
async def a_failing_receiver_undoes_everything(env: Environment) -> None:
    def refuse(**rest: Any) -> None:
        raise ValueError("refused")

    root = await env.do(Node.objects, "create", name="root")
    await env.do(Node.objects, "create", name="child", parent=root)
    signals.post_delete.connect(refuse, sender=Node)
    env.finally_(lambda: signals.post_delete.disconnect(refuse, sender=Node))
    with env.raises("delete"):
        await env.do(root, "delete")
    env.note("count", await env.do(Node.objects, "count"))


@case()
async def everything_in_one_transaction(env: Environment) -> None:
    root = await env.do(Node.objects, "create", name="root")
    await env.do(Node.objects, "create", name="child", parent=root)
    with env.control("control"):
        await env.do(root, "delete")


@case()
async def rules_of_the_database(env: Environment) -> None:
    plain = await env.do(Plain.objects, "create")
    await env.do(InDatabase.objects, "create", cascade=plain)
    await env.do(InDatabase.objects, "create", setnull=plain)
    with env.statements("one statement"):
        env.note("returns", await env.do(plain, "delete"))
    env.note("left", await env.fetch(InDatabase.objects.values_list("cascade", "setnull")))


@case()
async def rules_of_the_database_for_querysets(env: Environment) -> None:
    plain = await env.do(Plain.objects, "create")
    await env.do(InDatabase.objects, "create", cascade=plain)
    env.note("returns", await env.do(Plain.objects.all(), "delete"))
    env.note("left", await env.do(InDatabase.objects, "count"))


@case()
async def the_fields_of_instances_in_memory(env: Environment) -> None:
    root = await env.do(Node.objects, "create", name="root")
    child = await env.do(Node.objects, "create", name="child", parent=root)
    await env.do(root, "delete")
    env.note("root", root.pk)
    env.note("child in memory", [child.pk is not None, child.parent_id is not None])
