// The peer: the same road made of public npm packages. Collects over IMAP and TLS, parses,
// checks SPF, DKIM, DMARC and ARC, and stores each mail with full-text search and an outbox
// row, WAL and synchronous=FULL, a commit for every hundred mails. It classifies nothing.
//   node pipeline.mjs HOST PORT USER PASSWORD CA DNS DATABASE
import { Resolver } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { ImapFlow } from 'imapflow';
import { authenticate } from 'mailauth';
import { simpleParser } from 'mailparser';

const [host, port, user, pass, ca, dns, file] = process.argv.slice(2);
const GROUP = 100;
const AT_ONCE = 16;

const asker = new Resolver();
asker.setServers([dns]);
const answers = new Map();
const resolver = (name, type) => {
  const key = `${type} ${name}`;
  if (!answers.has(key)) answers.set(key, asker.resolve(name, type));
  return answers.get(key);
};

const db = new Database(file);
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
db.exec(`CREATE TABLE messages (id INTEGER PRIMARY KEY, uid INTEGER, message_id TEXT,
  sender TEXT, subject TEXT, body TEXT, verdict TEXT, raw BLOB);
  CREATE INDEX by_message_id ON messages (message_id);
  CREATE TABLE outbox (id INTEGER PRIMARY KEY, message INTEGER, body TEXT);
  CREATE VIRTUAL TABLE words USING fts5 (subject, body);`);
const insert = db.prepare('INSERT INTO messages (uid, message_id, sender, subject, body,' +
  ' verdict, raw) VALUES (?, ?, ?, ?, ?, ?, ?)');
const index = db.prepare('INSERT INTO words (rowid, subject, body) VALUES (?, ?, ?)');
const queue = db.prepare('INSERT INTO outbox (message, body) VALUES (?, ?)');

const read = async (mail) => {
  const [auth, parsed] = await Promise.all([
    authenticate(mail.source, { trustReceived: true, mta: 'mx.demo.example', resolver }),
    simpleParser(mail.source),
  ]);
  return { mail, auth, parsed };
};

let passed = 0;
const store = (group) => {
  db.exec('BEGIN IMMEDIATE');
  for (const { mail, auth, parsed } of group) {
    const verdict = auth.dmarc?.status?.result ?? 'none';
    if (verdict === 'pass') passed += 1;
    const text = parsed.text ?? '';
    const { lastInsertRowid: row } = insert.run(mail.uid, parsed.messageId ?? null,
      parsed.from?.text ?? null, parsed.subject ?? null, text, verdict, mail.source);
    index.run(row, parsed.subject ?? '', text);
    queue.run(row, JSON.stringify({ type: 'ticket.created', data: { uid: mail.uid,
      from: parsed.from, subject: parsed.subject, text: text.slice(0, 8000), verdict } }));
  }
  db.exec('COMMIT');
};

const client = new ImapFlow({ host, port: Number(port), secure: true, logger: false,
  tls: { ca: readFileSync(ca) }, auth: { user, pass } });
await client.connect();
await client.mailboxOpen('INBOX', { readOnly: true });
let total = 0;
let group = [];
let under = [];
for await (const mail of client.fetch('1:*', { uid: true, source: true })) {
  under.push(read(mail));
  if (under.length < AT_ONCE) continue;
  group.push(...await Promise.all(under));
  under = [];
  if (group.length < GROUP) continue;
  store(group);
  total += group.length;
  group = [];
}
group.push(...await Promise.all(under));
store(group);
total += group.length;
await client.logout();
db.close();
console.log(JSON.stringify({ total, passed }));
