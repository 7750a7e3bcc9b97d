"""Whoever a mail is addressed to, it can be read in the one mailbox."""

import imaplib
import smtplib
from email.message import EmailMessage
from pathlib import Path

from local.mailbox import INBOX, PASSWORD, mailbox
from local.ports import HOST, Ports, answers_ok, free_port


def test_all_mail_lands_in_one_inbox_whoever_it_is_for(tmp_path: Path) -> None:
    ports = Ports(**{name: free_port() for name in Ports.__struct_fields__})
    server = mailbox(ports, log=tmp_path / "mailbox.log")
    server.start()
    try:
        with smtplib.SMTP(HOST, ports.smtp) as client:
            for recipient in ("cto@client.example", "staff@firm.example"):
                message = EmailMessage()
                message["From"] = "hello@firm.example"
                message["To"] = recipient
                message["Subject"] = "A word"
                message.set_content("Good day.")
                client.send_message(message)
        with imaplib.IMAP4(HOST, ports.imap) as inbox:
            inbox.login(INBOX, PASSWORD)
            assert inbox.select("INBOX")[1] == [b"2"]
        assert answers_ok(f"http://{HOST}:{ports.mail_page}/")
    finally:
        server.stop()
    assert server.ending == "exit code 0"
