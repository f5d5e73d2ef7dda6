package io.qbull.app.sample;

import io.qbull.component.QbullConstants;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/**
 * Puts a one-line description of a job into the property {@code jobLine}, for a log step at the end of a route, where the message may
 * have changed. It shows the body because it is a sample; real consumers should not.
 */
public final class JobLine implements Processor {
    private static final String PROPERTY = "jobLine";
    private static final int LONGEST = 200;
    /** A character has four bytes at most. */
    private static final int BYTES = LONGEST * 4;

    @Override
    public void process(Exchange exchange) {
        Message job = exchange.getMessage();
        String line = String.format(
                "queue=%s partition=%s epoch=%s job=%s attempt=%s body=%s",
                job.getHeader(QbullConstants.QUEUE),
                job.getHeader(QbullConstants.PARTITION),
                job.getHeader(QbullConstants.EPOCH),
                printable(String.valueOf(job.getHeader(QbullConstants.JOB_ID))),
                job.getHeader(QbullConstants.ATTEMPT),
                preview(job.getBody()));
        exchange.setProperty(PROPERTY, line);
    }

    /** The body as one line of at most 200 characters; a question mark replaces each unprintable character. */
    static String preview(Object body) {
        if (body instanceof byte[] bytes) {
            return printable(new String(bytes, 0, Math.min(bytes.length, BYTES), StandardCharsets.UTF_8));
        }
        if (body instanceof Map<?, ?> fields) {
            return printable("fields " + fields.keySet());
        }
        return printable(String.valueOf(body));
    }

    private static String printable(String text) {
        String cut = text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
        return cut.replaceAll("[\\p{Cntrl}\\p{Zl}\\p{Zp}\\p{Cf}\\p{Cs}\\uFFFD]", "?");
    }
}
