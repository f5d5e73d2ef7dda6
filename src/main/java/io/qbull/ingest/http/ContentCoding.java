package io.qbull.ingest.http;

import io.qbull.ingest.record.ContentDecoder;
import io.qbull.ingest.record.GzipDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How a body is coded. A job has the content, not the coded body: its content type describes the content, and readers know no coding. */
enum ContentCoding {
    IDENTITY,
    GZIP;

    /** What a client may use instead (RFC 9110, 12.5.3). */
    private static final Map<String, String> ACCEPTED = Map.of("Accept-Encoding", "gzip");

    /**
     * @param headers values of {@code Content-Encoding}
     * @return the coding
     * @throws ProblemException 415 for another coding, 400 for several
     */
    static ContentCoding of(List<String> headers) throws ProblemException {
        List<String> codings = new ArrayList<>();
        for (String header : headers) {
            for (String each : header.split(",", -1)) {
                String coding = each.strip().toLowerCase(Locale.ROOT);
                if (!coding.isEmpty() && !coding.equals("identity")) {
                    codings.add(coding);
                }
            }
        }
        if (codings.isEmpty()) {
            return IDENTITY;
        }
        if (codings.size() > 1) {
            throw new ProblemException(
                    Problem.of(400, "The body has several content codings; at most one is possible, gzip."));
        }
        if (!codings.get(0).equals("gzip") && !codings.get(0).equals("x-gzip")) {
            throw new ProblemException(new Problem(
                    415, "The only Content-Encoding that is possible here is gzip; nothing was added.", ACCEPTED));
        }
        return GZIP;
    }

    /**
     * @return for one body
     */
    ContentDecoder decoder() {
        return this == GZIP ? new GzipDecoder(false) : new ContentDecoder.Identity();
    }

    /**
     * @return the end of a sentence about the size of a body
     */
    String decoded() {
        return this == GZIP ? " when decoded" : "";
    }
}
