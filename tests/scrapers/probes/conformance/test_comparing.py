"""Whether what was sent is there: each stream by its keys, whatever others have twice."""

import json

import pytest

from scrapers.probes.conformance.comparing import compared
from scrapers.probes.conformance.recording import Output, Table


def sent(keys=("id",), /, **streams):
    lines = []
    for name, rows in streams.items():
        head = {"type": "SCHEMA", "stream": name, "schema": {}, "key_properties": keys}
        lines.append(head)
        lines += [{"type": "RECORD", "stream": name, "record": row} for row in rows]
    return "".join(f"{json.dumps(line)}\n" for line in lines).encode()


def written(**tables):
    return Output(
        tables=tuple(
            Table(name=name, format="json", rows=tuple(rows))
            for name, rows in tables.items()
        )
    )


def ids(*numbers):
    return [{"id": number} for number in numbers]


def test_rows_twice_in_one_table_hide_no_loss_in_another():
    messages = sent(users=ids(1, 2), teams=ids(1, 2))
    said = compared(messages, written(users=ids(1, 2, 1, 2), teams=ids(1)))
    assert (said.lost, said.read, said.expected) == ({"teams": 1}, 3, 4)


def test_rows_twice_in_one_table_hide_no_loss_in_the_same():
    said = compared(sent(users=ids(1, 2, 3)), written(users=ids(1, 1, 1, 2)))
    assert said.lost == {"users": 1}


def test_a_stream_whose_table_is_nowhere_is_lost():
    messages = sent(users=ids(1), teams=ids(1))
    said = compared(messages, written(users=ids(1, 1)))
    assert said.lost == {"teams": 1}


def test_a_stream_that_may_be_in_a_table_of_another_name_is_not_told():
    messages = sent(users=ids(1), teams=ids(1))
    said = compared(messages, written(users=ids(1), t_0001=ids(1)))
    assert (said.lost, said.untold, said.gone) == ({}, ("teams",), 0)


def test_a_folder_that_is_called_like_another_stream_blames_nobody():
    messages = sent(users=ids(1), orders=ids(1))
    said = compared(messages, written(**{"orders/users": ids(1), "orders": ids(1)}))
    assert "users" not in said.lost


def test_fewer_rows_than_were_sent_are_lost_whatever_tables_are_called():
    messages = sent(users=ids(1, 2), teams=ids(1, 2))
    said = compared(messages, written(everything=ids(1, 2, 1)))
    assert (said.lost, said.gone) == ({}, 1)


def test_a_table_belongs_to_the_stream_of_the_longest_name():
    messages = sent(users=ids(1, 2), users_roles=ids(3, 4))
    said = compared(messages, written(users=ids(1), stg_users_roles=ids(3, 4)))
    assert said.lost == {"users": 1}


def test_a_table_of_nested_rows_is_not_the_stream_itself():
    messages = sent((), users=ids(1, 2))
    said = compared(messages, written(users=ids(1), users__phones=[{"n": 1}, {"n": 2}]))
    assert said.lost == {"users": 1}


def test_one_stream_in_one_table_is_there_whatever_that_is_called():
    assert compared(sent(users=ids(1, 2)), written(t_1=ids(1, 2))).read == 2


def test_two_streams_that_databases_call_alike_are_not_told_apart():
    messages = sent(**{"a-b": ids(1), "A_B": ids(2)})
    assert compared(messages, written(a_b=ids(1, 2))).untold == ("a-b", "A_B")


@pytest.mark.parametrize(
    ("key", "there"),
    [
        (1, "1"),
        (True, "t"),
        ("2024-01-01T00:00:00Z", "2024-01-01 00:00:00+00:00"),
        (1.5, "1.50"),
    ],
)
def test_a_key_in_another_spelling_is_the_same(key, there):
    said = compared(sent(users=[{"id": key}]), written(users=[{"id": there}]))
    assert (said.read, said.untold, said.lost) == (1, (), {})


def test_keys_in_a_spelling_that_is_not_known_blame_nobody():
    said = compared(sent(users=ids("a", "b")), written(users=ids("0x61", "0x62")))
    assert (said.untold, said.lost) == (("users",), {})


def test_of_a_stream_without_keys_there_have_to_be_as_many_rows():
    messages = sent((), users=ids(1, 2), teams=ids(1, 2))
    said = compared(messages, written(users=ids(1, 2, 3, 4), teams=ids(1)))
    assert said.lost == {"teams": 1}


def test_records_of_one_key_may_be_merged():
    said = compared(sent(users=ids(1, 1, 2)), written(users=ids(1, 2)))
    assert (said.read, said.expected, said.lost) == (2, 2, {})


def test_keys_that_are_nowhere_are_counted_as_rows():
    said = compared(sent(users=ids(1, 2)), written(users=[{"n": 1}, {"n": 2}]))
    assert (said.read, said.lost) == (2, {})
