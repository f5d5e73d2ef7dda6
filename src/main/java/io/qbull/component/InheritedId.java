package io.qbull.component;

import io.qbull.model.JobId;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * Distinguishes a job id that a caller chose from one that QBull itself put on the message: that of a consumed job, or one that a
 * producer generated. If such an id passed for the caller's, {@code from qbull:A, split, to qbull:B} would drop all parts but one as
 * duplicates. The mark is an exchange property because every copy of an exchange keeps those (split, multicast, wireTap, seda), and a
 * string because that survives where exchanges are stored.
 */
final class InheritedId {
    private static final String PROPERTY = "CamelQbullInheritedJobId";

    private InheritedId() {}

    static void mark(Exchange exchange, JobId id) {
        exchange.setProperty(PROPERTY, id.value());
    }

    /**
     * @param exchange about to become a job
     * @return the job id that its caller chose; null if none
     */
    static @Nullable String chosenByCaller(Exchange exchange) {
        String id = exchange.getMessage().getHeader(QbullConstants.JOB_ID, String.class);
        return id == null || id.equals(exchange.getProperty(PROPERTY, String.class)) ? null : id;
    }
}
