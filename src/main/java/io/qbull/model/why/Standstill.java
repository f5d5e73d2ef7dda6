package io.qbull.model.why;

import io.qbull.model.DurationText;
import io.qbull.model.Lease;
import io.qbull.model.PartitionId;
import java.time.Duration;

/**
 * A partition that does not move, and why.
 *
 * @param partition the partition
 * @param stood for how long nothing has moved; zero if that is not known, or if only a job takes long
 * @param due whether jobs are due that do not run: else time or a person is waited for, or nothing waits behind a job
 * @param cause why
 */
public record Standstill(PartitionId partition, Duration stood, boolean due, Cause cause) {
    /**
     * @param lease under which the partition stands still
     * @param report of its owner
     * @return the same for people
     */
    public static Standstill of(Lease lease, OwnerReport report) {
        return new Standstill(
                lease.partition(),
                report.stood(),
                report.waits() && !report.stood().isZero(),
                report.cause(lease.owner().pod().value()));
    }

    /**
     * @return one line, such as {@code partition Q:3 has not moved for 61 s: job J of key K has been running for 61 s in pod a}
     */
    public String text() {
        return "partition " + partition
                + (stood.isZero() ? ": " : " has not moved for " + DurationText.of(stood) + ": ") + cause.sentence();
    }
}
