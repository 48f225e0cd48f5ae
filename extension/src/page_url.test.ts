import assert from "node:assert/strict";
import { test } from "node:test";
import { pageFields } from "./page_url";

test("a web page has an address and a domain", () => {
  assert.deepEqual(pageFields("https://www.example.com:8443/a?b=1"), {
    url: "https://www.example.com:8443/a?b=1",
    domain: "www.example.com",
  });
});

test("credentials and fragment are not told", () => {
  assert.deepEqual(pageFields("https://user:secret@example.com/a#token=1"), {
    url: "https://example.com/a",
    domain: "example.com",
  });
});

test("pages that are not on the web have none", () => {
  for (const url of [null, "", "about:blank", "chrome://settings", "file:///etc/hosts", "not an address"]) {
    assert.equal(pageFields(url), null);
  }
});
