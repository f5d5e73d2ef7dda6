package io.qbull.enqueue;

import io.qbull.config.EnqueueSettings;
import io.qbull.model.Due;
import io.qbull.model.NewJob;
import io.qbull.model.Utf8;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The rules that a job must keep to be added. Pure. */
final class JobRules {
    private JobRules() {}

    /**
     * @param job a job
     * @param settings with the limits
     * @param now the time
     * @return the rule that the job breaks, without its content; null if it breaks none
     */
    static @Nullable String broken(NewJob job, EnqueueSettings settings, Instant now) {
        if (job.body().length > settings.maxBodySize()) {
            return "body (" + job.body().length + " bytes) must be at most maxBodySize (" + settings.maxBodySize()
                    + " bytes)";
        }
        long keyBytes = Utf8.length(job.key());
        if (keyBytes == Utf8.UNPAIRED) {
            return "key must be text that UTF-8 can carry: it has an unpaired surrogate";
        }
        if (keyBytes > settings.maxKeyLength()) {
            return "key (" + keyBytes + " bytes of UTF-8) must be at most maxKeyLength (" + settings.maxKeyLength()
                    + " bytes)";
        }
        if (!encodable(job)) {
            return "headers and content type must be text that UTF-8 can carry: one has an unpaired surrogate";
        }
        Due due = job.due();
        String late = due == null ? "" : due.broken(now);
        return late.isEmpty() ? null : late;
    }

    private static boolean encodable(NewJob job) {
        String type = job.contentType();
        return (type == null || Utf8.encodable(type))
                && job.headers().entrySet().stream()
                        .allMatch(header -> Utf8.encodable(header.getKey())
                                && !(header.getValue() instanceof String text && !Utf8.encodable(text)));
    }
}
