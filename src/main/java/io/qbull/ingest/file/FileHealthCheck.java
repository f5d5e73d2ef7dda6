package io.qbull.ingest.file;

import java.util.List;
import java.util.Map;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * Shows the files that need a person's attention. Always UP, because a pod that got no traffic on their account would help nobody.
 */
final class FileHealthCheck extends AbstractHealthCheck {
    /** Its name in the answer of the health endpoints. */
    static final String ID = "qbull-files";

    private static final int MOST_SHOWN = 10;

    private final FileProblems problems;

    /**
     * @param problems of the files
     */
    FileHealthCheck(FileProblems problems) {
        super("camel", ID);
        this.problems = problems;
    }

    @Override
    public boolean isLiveness() {
        return false;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        List<String> current = problems.current();
        builder.detail("needAttention", current.size());
        builder.up();
        if (current.size() == 1) {
            builder.message(current.get(0));
        } else if (!current.isEmpty()) {
            builder.message(current.size() + " files or folders need attention: "
                    + String.join("; ", current.subList(0, Math.min(MOST_SHOWN, current.size())))
                    + (current.size() > MOST_SHOWN ? "; the log names the others" : ""));
        }
    }
}
