package io.qbull.component;

import io.qbull.model.JobId;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * Tells a job id that a caller chose from one that QBull itself put on the message: a consumer's job, or the answer of a
 * producer that generated it. Taken for the caller's, it would make {@code from qbull:A, split, to qbull:B} drop all parts
 * but one as duplicates. The mark is an exchange property, because those go with every copy of an exchange (split,
 * multicast, wireTap, seda); a string, so that it also survives where exchanges are stored.
 */
final class InheritedId {
    private static final String PROPERTY = "CamelQbullInheritedJobId";

    private InheritedId() {}

    static void mark(Exchange exchange, JobId id) {
        exchange.setProperty(PROPERTY, id.value());
    }

    /**
     * @param exchange that is to become a job
     * @return the job id that its caller chose, null if none
     */
    static @Nullable String chosenByCaller(Exchange exchange) {
        String id = exchange.getMessage().getHeader(QbullConstants.JOB_ID, String.class);
        return id == null || id.equals(exchange.getProperty(PROPERTY, String.class)) ? null : id;
    }
}
