package io.qbull.enqueue;

import io.qbull.model.JobId;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.SourceId;
import io.qbull.model.StreamId;
import io.qbull.store.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/** Notes each attempt of a call; the test ends it by hand. */
final class ScriptedJobLog implements EnqueueOnlyJobLog {
    private final List<Attempt> attempts = new ArrayList<>();
    /** What partitions were asked, and how the test answers. */
    final List<Question> questions = new ArrayList<>();

    private Map<Integer, Long> progress = Map.of();
    private final List<String> progressReads = new ArrayList<>();
    final Set<PartitionId> noted = new TreeSet<>();
    /** The lifetimes with which the notes were asked for. */
    final List<Duration> notedReads = new ArrayList<>();
    /** Whether what is remembered of sources cannot be read. */
    boolean away;

    /** Progress whose reading the test answers, if it holds these back. */
    final List<CompletableFuture<Map<Integer, Long>>> heldBack = new ArrayList<>();

    boolean holdsBack;
    private long lastMillis;

    @Override
    public CompletionStage<Answer> enqueue(Call call) {
        Attempt attempt = new Attempt(call, new CompletableFuture<>());
        attempts.add(attempt);
        return attempt.end();
    }

    @Override
    public CompletionStage<Set<JobId>> known(PartitionId partition, List<JobId> ids) {
        Question question = new Question(partition, ids, new CompletableFuture<>());
        questions.add(question);
        return question.end();
    }

    @Override
    public CompletionStage<Map<Integer, Long>> progress(PartitionId partition, SourceId source, Duration lifetime) {
        progressReads.add(partition + " " + lifetime);
        if (away) {
            return CompletableFuture.failedFuture(new StoreException.Unavailable("away", false, new Exception()));
        }
        if (holdsBack) {
            heldBack.add(new CompletableFuture<>());
            return heldBack.get(heldBack.size() - 1);
        }
        return CompletableFuture.completedFuture(progress);
    }

    @Override
    public CompletionStage<Void> note(PartitionId partition, SourceId source, Duration lifetime) {
        noted.add(partition);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<List<PartitionId>> noted(QueueName queue, SourceId source, Duration lifetime) {
        notedReads.add(lifetime);
        return away
                ? CompletableFuture.failedFuture(new StoreException.Unavailable("away", false, new Exception()))
                : CompletableFuture.completedFuture(List.copyOf(noted));
    }

    /** Which partitions were asked for a progress, and the lifetime that it got, since this was asked last. */
    List<String> progressReads() {
        List<String> reads = List.copyOf(progressReads);
        progressReads.clear();
        return reads;
    }

    /** What Redis remembers of every source. */
    void progressWillBe(Map<Integer, Long> versionToOffset) {
        progress = versionToOffset;
    }

    int count() {
        return attempts.size();
    }

    Attempt attempt(int index) {
        return attempts.get(index);
    }

    Attempt last() {
        return attempts.get(attempts.size() - 1);
    }

    /** Which of the ids the partition remembers. */
    record Question(PartitionId partition, List<JobId> ids, CompletableFuture<Set<JobId>> end) {
        void answer(String... known) {
            end.complete(Arrays.stream(known).map(JobId::new).collect(Collectors.toSet()));
        }

        void lost() {
            end.completeExceptionally(new StoreException.Unavailable("timeout", true, new Exception()));
        }
    }

    final class Attempt {
        private final Call call;
        private final CompletableFuture<Answer> end;

        Attempt(Call call, CompletableFuture<Answer> end) {
            this.call = call;
            this.end = end;
        }

        Call call() {
            return call;
        }

        CompletableFuture<Answer> end() {
            return end;
        }

        List<String> ids() {
            return call.jobs().stream().map(NewJob::id).map(Object::toString).toList();
        }

        void accept() {
            end.complete(new Answer.Accepted(call.jobs().stream()
                    .map(job -> new Answer.Place(new StreamId(++lastMillis, 0), false))
                    .toList()));
        }

        void answer(Answer answer) {
            end.complete(answer);
        }

        void notSent() {
            end.completeExceptionally(new StoreException.Unavailable("not connected", false, new Exception()));
        }

        void replyLost() {
            end.completeExceptionally(new StoreException.Unavailable("timeout", true, new Exception()));
        }

        void full() {
            end.completeExceptionally(new StoreException.Full("OOM", new Exception()));
        }

        void misconfigured() {
            end.completeExceptionally(new StoreException.Misconfigured("NOPERM", new Exception()));
        }
    }
}
