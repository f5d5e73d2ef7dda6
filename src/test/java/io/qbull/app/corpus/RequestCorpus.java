package io.qbull.app.corpus;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Requests as people have them, each with what must become of it: stored exactly, or refused with a reason. The queue {@code Q} has one
 * partition and takes bodies of 1,000 bytes and keys of 64; lines have at most 5,000 bytes, whole requests 20,000, JSON 10 levels.
 */
public final class RequestCorpus {
    private RequestCorpus() {}

    /** All requests. */
    public static List<RequestCase> all() {
        return Stream.of(new TargetRequests(), new HeaderRequests(), new BodyRequests())
                .flatMap(requests -> requests.cases().stream())
                .toList();
    }

    /** What the program must be configured with. */
    public static Map<String, String> settings() {
        return Map.of(
                "qbull.queues", "Q",
                "qbull.partitions", "1",
                "qbull.maxLineLength", "5000",
                "qbull.maxRequestSize", "20000",
                "qbull.maxJsonDepth", "10",
                "camel.component.qbull.maxBodySize", "1000",
                "camel.component.qbull.maxKeyLength", "64");
    }

    /** The characters that stand for the bytes of a text. */
    public static String latin1(String text) {
        return Requests.latin1(text);
    }
}
