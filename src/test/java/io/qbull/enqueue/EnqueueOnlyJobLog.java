package io.qbull.enqueue;

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

/** A job log that a producer may use, and nobody else. */
interface EnqueueOnlyJobLog extends JobLog {
    @Override
    default CompletionStage<Fetch> fetch(Lease lease, LogCursor after, StreamId told, int maxCount, int maxBytes) {
        throw new UnsupportedOperationException("fetch");
    }

    @Override
    default CompletionStage<@Nullable StreamId> head(PartitionId partition) {
        throw new UnsupportedOperationException("head");
    }

    @Override
    default CompletionStage<Verdict> tidy(Lease lease, List<Segment> segments) {
        throw new UnsupportedOperationException("tidy");
    }

    @Override
    default CompletionStage<Verdict> commit(Lease lease, List<EntryId> done) {
        throw new UnsupportedOperationException("commit");
    }

    @Override
    default CompletionStage<Set<JobId>> known(PartitionId partition, List<JobId> ids) {
        throw new UnsupportedOperationException("known");
    }

    @Override
    default NewJob original(NewJob job, Instant publishedAt) {
        throw new UnsupportedOperationException("original");
    }

    @Override
    default CompletionStage<Map<Integer, Long>> progress(PartitionId partition, SourceId source, Duration lifetime) {
        throw new UnsupportedOperationException("progress");
    }

    @Override
    default CompletionStage<Void> note(PartitionId partition, SourceId source, Duration lifetime) {
        throw new UnsupportedOperationException("note");
    }

    @Override
    default CompletionStage<List<PartitionId>> noted(QueueName queue, SourceId source, Duration lifetime) {
        throw new UnsupportedOperationException("noted");
    }

    @Override
    default CompletionStage<Void> forget(PartitionId partition, SourceId source) {
        throw new UnsupportedOperationException("forget");
    }

    @Override
    default CompletionStage<Verdict> bury(Lease lease, JobPlace job, String key, Burial burial) {
        throw new UnsupportedOperationException("bury");
    }
}
