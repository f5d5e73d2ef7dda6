package io.qbull.it;

import io.qbull.it.Event.Kind;
import io.qbull.model.Attempts;
import io.qbull.model.JobPlace;
import io.qbull.model.Lease;
import io.qbull.store.HeldJobs;
import io.qbull.store.JobLog.Instruction;
import io.qbull.store.JobLog.Verdict;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Writes down which entries leave the stream to wait for a retry, and which held jobs are finished. */
final class LoggedHeldJobs implements HeldJobs {
    private final HeldJobs held;
    private final EventLog log;

    LoggedHeldJobs(HeldJobs held, EventLog log) {
        this.held = held;
        this.log = log;
    }

    @Override
    public CompletionStage<Verdict> fail(Lease lease, JobPlace job, String key, Failed failed) {
        return log.removal(lease, Kind.MOVE, List.of(job.entry()), () -> held.fail(lease, job, key, failed));
    }

    @Override
    public CompletionStage<Parking> park(Lease lease, List<Parked> jobs, boolean repeated) {
        return log.removal(
                lease, Kind.MOVE, jobs.stream().map(Parked::job).toList(), () -> held.park(lease, jobs, repeated));
    }

    @Override
    public CompletionStage<Unpacked> unpack(Lease lease, List<Parked> jobs) {
        return held.unpack(lease, jobs);
    }

    @Override
    public CompletionStage<Advance> advance(Lease lease, String key, @Nullable JobPlace done) {
        return done == null
                ? held.advance(lease, key, null)
                : log.removal(lease, Kind.COMMIT, List.of(done.entry()), () -> held.advance(lease, key, done));
    }

    @Override
    public CompletionStage<Page> keys(Lease lease, String cursor) {
        return held.keys(lease, cursor);
    }

    @Override
    public CompletionStage<Mending> mend(Lease lease, String cursor) {
        return held.mend(lease, cursor);
    }

    @Override
    public CompletionStage<Verdict> suspect(Lease lease, JobPlace job, String key, Attempts known) {
        return held.suspect(lease, job, key, known);
    }

    @Override
    public CompletionStage<Attended> attend(Lease lease, Instruction instruction, Action action) {
        return held.attend(lease, instruction, action);
    }
}
