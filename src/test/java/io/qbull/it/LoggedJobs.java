package io.qbull.it;

import io.qbull.it.Event.Kind;
import io.qbull.it.Event.Owner;
import io.qbull.model.EntryId;
import io.qbull.model.JobId;
import io.qbull.model.JobPlace;
import io.qbull.model.Lease;
import io.qbull.model.LogCursor;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.Segment;
import io.qbull.model.SourceId;
import io.qbull.model.StreamId;
import io.qbull.store.JobLog;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Writes down what an owner reads and what it removes. */
final class LoggedJobs implements JobLog {
    private final JobLog jobs;
    private final EventLog log;

    LoggedJobs(JobLog jobs, EventLog log) {
        this.jobs = jobs;
        this.log = log;
    }

    static Owner owner(Lease lease) {
        return new Owner(lease.partition().index(), lease.epoch().value());
    }

    @Override
    public CompletionStage<Fetch> fetch(Lease lease, LogCursor after, StreamId told, int maxCount, int maxBytes) {
        long sent = System.nanoTime();
        return jobs.fetch(lease, after, told, maxCount, maxBytes)
                .whenComplete((fetch, failure) -> log.add(fetched(lease, sent, fetch)));
    }

    @Override
    public CompletionStage<Verdict> tidy(Lease lease, List<Segment> segments) {
        return jobs.tidy(lease, segments);
    }

    private static Event fetched(Lease lease, long sent, @Nullable Fetch fetch) {
        int entries = fetch instanceof Fetch.Entries read ? read.entries().size() : 0;
        Event.Answer answer = fetch == null
                ? Event.Answer.UNKNOWN
                : fetch instanceof Fetch.Fenced ? Event.Answer.FENCED : Event.Answer.DONE;
        return new Event.Fetched(System.nanoTime(), sent, owner(lease), answer, entries);
    }

    @Override
    public CompletionStage<@Nullable StreamId> head(PartitionId partition) {
        return jobs.head(partition);
    }

    @Override
    public CompletionStage<Verdict> commit(Lease lease, List<EntryId> done) {
        return log.removal(lease, Kind.COMMIT, done, () -> jobs.commit(lease, done));
    }

    @Override
    public CompletionStage<Verdict> bury(Lease lease, JobPlace job, String key, Burial burial) {
        return log.removal(lease, Kind.BURIAL, List.of(job.entry()), () -> jobs.bury(lease, job, key, burial));
    }

    @Override
    public CompletionStage<Set<JobId>> known(PartitionId partition, List<JobId> ids) {
        return jobs.known(partition, ids);
    }

    @Override
    public NewJob original(NewJob job, Instant publishedAt) {
        return jobs.original(job, publishedAt);
    }

    @Override
    public CompletionStage<Map<Integer, Long>> progress(PartitionId partition, SourceId source, Duration lifetime) {
        return jobs.progress(partition, source, lifetime);
    }

    @Override
    public CompletionStage<Void> note(PartitionId partition, SourceId source, Duration lifetime) {
        return jobs.note(partition, source, lifetime);
    }

    @Override
    public CompletionStage<List<PartitionId>> noted(QueueName queue, SourceId source, Duration lifetime) {
        return jobs.noted(queue, source, lifetime);
    }

    @Override
    public CompletionStage<Void> forget(PartitionId partition, SourceId source) {
        return jobs.forget(partition, source);
    }

    @Override
    public CompletionStage<Answer> enqueue(Call call) {
        return jobs.enqueue(call);
    }
}
