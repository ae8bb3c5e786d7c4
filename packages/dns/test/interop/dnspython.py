"""Answers questions about wire and text with dnspython: one JSON object a line, in and out."""

import json
import sys

import dns.flags
import dns.message
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset


def rdata(question):
    """The wire form of a record's text."""
    data = dns.rdata.from_text(1, dns.rdatatype.RdataType(question["type"]), question["text"])
    return {"wire": data.to_wire().hex()}


def records(section):
    """The records of a section as [owner, ttl, class, type, rdata in hexadecimal], names absolute."""
    return [
        [rrset.name.to_text(), rrset.ttl, int(rrset.rdclass), int(rrset.rdtype), data.to_wire().hex()]
        for rrset in section
        for data in rrset
    ]


def decode(question):
    """What a message says, and the message as dnspython writes it, compressed."""
    message = dns.message.from_wire(
        bytes.fromhex(question["wire"]), one_rr_per_rrset=True, continue_on_error=False
    )
    return {
        "id": message.id,
        "flags": int(message.flags),
        "rcode": int(message.rcode()),
        "questions": [[rrset.name.to_text(), int(rrset.rdclass), int(rrset.rdtype)] for rrset in message.question],
        "answers": records(message.answer),
        "authorities": records(message.authority),
        "additionals": records(message.additional),
        "edns": None
        if message.edns < 0
        else {
            "version": message.edns,
            "payload": message.payload,
            "flags": int(message.ednsflags) & 0xFFFF,
            "options": [[int(option.otype), option.to_wire().hex()] for option in message.options],
        },
        "wire": message.to_wire(max_size=65535).hex(),
    }


OPERATIONS = {"rdata": rdata, "decode": decode}

for line in sys.stdin:
    question = json.loads(line)
    try:
        answer = OPERATIONS[question["op"]](question)
    except Exception as error:  # what dnspython refuses is an answer
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
