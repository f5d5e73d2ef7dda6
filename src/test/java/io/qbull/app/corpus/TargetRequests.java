package io.qbull.app.corpus;

import java.util.List;

/** Keys, parameters, delays and times in the target. */
final class TargetRequests extends Requests {
    TargetRequests() {
        keys();
        parameters();
        times();
    }

    private void keys() {
        key("digits", "573205104418", "573205104418");
        key("encoded plus", "%2B573205104418", "+573205104418");
        key("space as percent", "a%20b", "a b");
        key("space as plus between letters", "John+Doe", "John Doe");
        key("umlaut in UTF-8", "J%C3%BCrgen", "Jürgen");
        key("raw UTF-8 bytes", "J\u00c3\u00bcrgen", "Jürgen");
        key("emoji", "%F0%9F%90%82", SMILE);
        key("reserved characters", "a%26b%3Dc%3Fd%23e%2Ff", "a&b=c?d#e/f");
        key("an equals sign", "a=b==", "a=b==");
        key("percent sign", "100%25", "100%");
        key("double encoding stays", "%252B49", "%2B49");
        key("leading zeros", "007", "007");
        key("number with exponent", "1e3", "1e3");
        key("blanks around", "%20a%20", " a ");
        key("as long as allowed", "k".repeat(64), "k".repeat(64));
        key("mail address", "a%2Bb%40example.com", "a+b@example.com");
        key("decomposed letter stays", "u%CC%88", "u\u0308");
        badKey("plus of a phone number", "+573205104418", "write %2B for a plus sign");
        badKey("plus of a mail address", "a+b@example.com", "write %2B for a plus sign");
        badKey("plus behind a scheme", "whatsapp:+14155238886", "write %2B for a plus sign");
        badKey("Latin-1", "J%FCrgen", "not percent-encoded UTF-8");
        badKey("raw Latin-1", "J\u00fcrgen", "not percent-encoded UTF-8");
        badKey("half a surrogate", "%ED%A0%80", "not percent-encoded UTF-8");
        badKey("overlong form", "%C0%AF", "not percent-encoded UTF-8");
        badKey("lone percent", "100%", "write %25 for a percent sign");
        badKey("empty", "", "1 to 64 bytes");
        badKey("too long in bytes, not in letters", "%C3%BC".repeat(33), "1 to 64 bytes, not 66");
    }

    private void parameters() {
        refused("no key", "/queues/Q/jobs", 400, "key is missing; write POST /queues/QUEUE/jobs?key=KEY");
        refused("two keys", "/queues/Q/jobs?key=a&key=b", 400, "more than one key");
        refused("the same key twice", "/queues/Q/jobs?key=a&k%65y=a", 400, "more than one key");
        refused("key in capitals", "/queues/Q/jobs?KEY=a", 400, "did you mean key?");
        refused("misspelt delay", "/queues/Q/jobs?key=a&dealy=10m", 400, "'dealy'; did you mean delay?");
        refused("foreign parameter", "/queues/Q/jobs?key=a&priority=1", 400, "'priority'; there are only key");
        refused("id as a parameter", "/queues/Q/jobs?key=a&id=1", 400, "There is no query parameter 'id'");
        refused("entity for an ampersand", "/queues/Q/jobs?key=a&amp;delay=1s", 400, "There is no query parameter");
        refused("unknown queue", "/queues/R/jobs?key=a", 404, "There is no such queue");
        refused("queue in lower case", "/queues/q/jobs?key=a", 404, "There is no such queue");
        one("slash at the end", "/queues/Q/jobs/?key=a", List.of(), "x", StoredJob.of("a", "x"));
        one("queue name encoded", "/queues/%51/jobs?key=a", List.of(), "x", StoredJob.of("a", "x"));
        one("empty parameters", "/queues/Q/jobs?&key=a&", List.of(), "x", StoredJob.of("a", "x"));
    }

    private void times() {
        for (String delay : List.of("PT10M", "10m", "600000", "600s", "10000ms", "1d", "P1DT1S")) {
            one(
                    "delay " + delay,
                    "/queues/Q/jobs?key=a&delay=" + delay,
                    List.of(),
                    "x",
                    StoredJob.of("a", "x").later());
        }
        one("delay 0", "/queues/Q/jobs?key=a&delay=0", List.of(), "x", StoredJob.of("a", "x"));
        one(
                "time that is past",
                "/queues/Q/jobs?key=a&at=2020-01-01T00:00:00Z",
                List.of(),
                "x",
                StoredJob.of("a", "x"));
        for (String delay : List.of(
                "10M",
                "10min",
                "1.5h",
                "1h30m",
                "-5m",
                "1e3",
                "ten",
                "",
                "10%20m",
                "%D9%A1m",
                "99999999999999",
                "400d")) {
            refused("delay " + delay, "/queues/Q/jobs?key=a&delay=" + delay, 400, "delay");
        }
        refused("two delays", "/queues/Q/jobs?key=a&delay=1s&delay=2s", 400, "more than one delay");
        refused("delay and at", "/queues/Q/jobs?key=a&delay=1s&at=2030-01-01T00:00:00Z", 400, "both delay and at");
        for (String at :
                List.of("tomorrow", "2026-11-24", "2026-11-24T08:00:00", "1795892130", "2026-13-01T00:00:00Z")) {
            refused("at " + at, "/queues/Q/jobs?key=a&at=" + at, 400, "a time must be like 2026-11-24T08:00:00Z");
        }
        refused("at with raw plus", "/queues/Q/jobs?key=a&at=2026-11-24T08:00:00+01:00", 400, "write %2B");
        refused("at too late", "/queues/Q/jobs?key=a&at=2999-01-01T00:00:00Z", 400, "at most PT8784H from now");
    }
}
