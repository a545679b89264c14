// Verifies webhooks as our users do. A line in: {"secret", "id", "timestamp", "signature",
// "body"}; a line out for each: what every library says, "ok" or its refusal.
"use strict";

const readline = require("node:readline");

const libraries = {
  standardwebhooks: require("standardwebhooks").Webhook,
  svix: require("svix").Webhook,
};

function judge(Webhook, event) {
  const headers = {
    "webhook-id": event.id,
    "webhook-timestamp": event.timestamp,
    "webhook-signature": event.signature,
  };
  try {
    const read = new Webhook(event.secret).verify(event.body, headers);
    return JSON.stringify(read) === JSON.stringify(JSON.parse(event.body)) ? "ok" : "other body";
  } catch (error) {
    return `${error.constructor.name}: ${error.message}`;
  }
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const said = {};
  for (const [name, Webhook] of Object.entries(libraries)) {
    said[name] = judge(Webhook, JSON.parse(line));
  }
  console.log(JSON.stringify(said));
});
