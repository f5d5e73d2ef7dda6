package io.qbull.ops.why;

import io.qbull.model.Causes;
import io.qbull.model.JobId;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.why.Cause;
import io.qbull.model.why.JobCause;
import io.qbull.model.why.OwnerCause;
import io.qbull.model.why.OwnerReport;
import io.qbull.model.why.Resizing;
import io.qbull.model.why.StoreCause;
import io.qbull.ops.why.Answer.Finding;
import io.qbull.ops.why.JobSearch.Wanted;
import io.qbull.resize.Headroom;
import io.qbull.resize.ResizeProgress;
import io.qbull.resize.ResizeStatus;
import io.qbull.resize.Resizer;
import io.qbull.store.Examiner.Partition;
import io.qbull.store.HeldKeyTable.HeldKey;
import io.qbull.store.Rounds;
import io.qbull.store.Store;
import io.qbull.store.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Says why something does not move. Thread-safe; nothing blocks. */
public final class Why {
    /** The most partitions of a queue that are looked at closely. */
    private static final int MOST_CLOSELY = 16;
    /** Partitions that are asked at once whether they know a job. */
    private static final int AT_ONCE = 16;

    private final Store store;
    private final FactGatherer gatherer;
    private final JobSearch search;
    private final Resizer resizer;

    /**
     * @param store an open store
     * @param pause completes when owners have had time to renew: a quarter of a second
     */
    public Why(Store store, Supplier<CompletionStage<Void>> pause) {
        this.store = store;
        this.gatherer = new FactGatherer(store, pause);
        this.resizer = new Resizer(store.resize(), new Headroom(store.examiner()));
        this.search = new JobSearch(store.examiner(), store.deadLetters());
    }

    /**
     * @param queue a queue
     * @param scope what is asked about in it
     * @return the answer, also if Redis does not answer; empty if there is no such queue or partition
     */
    public CompletionStage<Optional<Answer>> ask(QueueName queue, Scope scope) {
        return Places.of(store, queue)
                .thenCompose(places -> places.isEmpty()
                        ? CompletableFuture.completedStage(Optional.<Answer>empty())
                        : ask(places.get(), scope))
                .exceptionallyCompose(failure -> {
                    Throwable cause = Causes.bare(failure);
                    return cause instanceof StoreException known
                            ? CompletableFuture.completedStage(Optional.of(refused(queue, known)))
                            : CompletableFuture.failedStage(failure);
                });
    }

    private static Answer refused(QueueName queue, StoreException failure) {
        String text = String.valueOf(failure.getMessage());
        Cause cause = failure instanceof StoreException.Unavailable
                ? new StoreCause.RedisAway(text)
                : new StoreCause.Unreadable(text);
        return alone(queue, cause);
    }

    private CompletionStage<Optional<Answer>> ask(Places places, Scope scope) {
        List<PartitionId> partitions = places.at(scope.partition());
        if (partitions.isEmpty()) {
            return CompletableFuture.completedStage(Optional.empty());
        }
        return resizer.underWay(places.queue()).thenCompose(resized -> {
            Questioned asked = new Questioned(places, resized.orElse(null));
            CompletionStage<Answer> answer = scope.aboutJobs() ? aboutJobs(asked, scope) : whole(asked, partitions);
            return answer.thenApply(found -> Optional.of(with(found, resized)));
        });
    }

    /**
     * A queue about which something is asked.
     *
     * @param places its partitions
     * @param resized the resize that is under way; null if there is none
     */
    private record Questioned(Places places, @Nullable ResizeStatus resized) {
        QueueName queue() {
            return places.queue();
        }
    }

    /** A resize explains other causes, or is one that nobody else names. */
    private static Answer with(Answer answer, Optional<ResizeStatus> resized) {
        ResizeProgress progress = resized.map(ResizeStatus::progress).orElse(null);
        if (progress == null) {
            return answer;
        }
        Resizing cause = Resizing.of(
                progress.plan().resize(), resized.map(ResizeStatus::unmoved).orElse(Set.of()));
        List<Finding> findings = new ArrayList<>(answer.findings());
        findings.add(new Finding(answer.queue(), List.of(), Duration.ZERO, cause));
        return new Answer(answer.queue(), findings, answer.unexamined());
    }

    private CompletionStage<Answer> whole(Questioned asked, List<PartitionId> partitions) {
        return gatherer.partitions(partitions).thenCompose(all -> {
            List<Partition> worst = FactGatherer.worst(all, MOST_CLOSELY);
            List<Partition> close = worst.isEmpty() ? all.subList(0, 1) : worst;
            int with = (int) all.stream().filter(each -> each.jobs() > 0).count();
            return gatherer.fleet(asked.places(), asked.resized())
                    .thenCompose(fleet -> gatherer.closely(new Subject.Whole(), fleet, close))
                    .thenApply(situations -> answer(asked.queue(), situations, Math.max(0, with - close.size())));
        });
    }

    private static Answer answer(QueueName queue, List<Situation> situations, int unexamined) {
        List<Finding> findings = new ArrayList<>();
        for (Situation situation : situations) {
            int index = situation.partition().id().index();
            for (Cause cause : Diagnosis.of(situation)) {
                add(findings, new Finding(queue, places(index, cause), stood(situation, cause), cause));
            }
        }
        boolean still = findings.stream().anyMatch(finding -> !calm(finding.cause()));
        if (still) {
            findings.removeIf(finding -> calm(finding.cause()));
        }
        return new Answer(queue, findings, unexamined);
    }

    private static List<Integer> places(int index, Cause cause) {
        return cause instanceof JobCause.Nothing ? List.of() : List.of(index);
    }

    /** What is no reason to look further. */
    private static boolean calm(Cause cause) {
        return cause instanceof OwnerCause.Working || cause instanceof JobCause.Nothing;
    }

    private static Duration stood(Situation situation, Cause cause) {
        OwnerReport report = situation.partition().lease().report();
        boolean said = report != null
                && report.cause(String.valueOf(situation.partition().lease().owner()))
                        .equals(cause);
        return report != null && said ? report.stood() : Duration.ZERO;
    }

    /** The same cause in several partitions is one finding. */
    private static void add(List<Finding> findings, Finding next) {
        for (int i = 0; i < findings.size(); i++) {
            Finding one = findings.get(i);
            Cause both = both(one.cause(), next.cause());
            if (both != null) {
                List<Integer> places = new ArrayList<>(one.partitions());
                places.addAll(next.partitions());
                findings.set(i, new Finding(one.queue(), places, one.stood(), both));
                return;
            }
        }
        findings.add(next);
    }

    private static @Nullable Cause both(Cause one, Cause other) {
        if (one instanceof OwnerCause.Working here && other instanceof OwnerCause.Working there) {
            return here.and(there);
        }
        return one.sentence().equals(other.sentence()) ? one : null;
    }

    private CompletionStage<Answer> aboutJobs(Questioned asked, Scope scope) {
        Wanted wanted = new Wanted(scope.key(), scope.id());
        return search.run(asked.places().of(scope.key()), wanted, 1)
                .thenCompose(result -> result.found().isEmpty()
                        ? nowhere(asked, wanted, result.more())
                        : found(asked, first(result.found())));
    }

    /** A job that waits says more than one that was given up. */
    private static FoundJob first(List<FoundJob> found) {
        return found.stream()
                .filter(job -> !(job instanceof FoundJob.Dead))
                .findFirst()
                .orElse(found.get(0));
    }

    private CompletionStage<Answer> nowhere(Questioned asked, Wanted wanted, boolean more) {
        JobId id = wanted.id();
        Cause unknown = new JobCause.Nothing(wanted.name(), more);
        if (id == null || more) {
            return CompletableFuture.completedStage(alone(asked.queue(), unknown));
        }
        List<PartitionId> where = asked.places().of(wanted.key());
        return Rounds.of(AT_ONCE, where, partition -> store.examiner().knows(partition, id))
                .thenCompose(each -> each.contains(true)
                        ? added(asked, wanted, new JobCause.Done(id.value()))
                        : CompletableFuture.completedStage(alone(asked.queue(), unknown)));
    }

    /** It may have been on its way from one place to another when it was looked for, so it counts as done only after a second look. */
    private CompletionStage<Answer> added(Questioned asked, Wanted wanted, Cause done) {
        return search.run(asked.places().of(wanted.key()), wanted, 1)
                .thenCompose(result -> result.found().isEmpty()
                        ? CompletableFuture.completedStage(alone(asked.queue(), done))
                        : found(asked, first(result.found())));
    }

    private static Answer alone(QueueName queue, Cause cause) {
        return new Answer(queue, List.of(new Finding(queue, List.of(), Duration.ZERO, cause)), 0);
    }

    private CompletionStage<Answer> found(Questioned asked, FoundJob job) {
        return gatherer.partitions(List.of(job.partition()))
                .thenCompose(now -> subject(job)
                        .thenCombine(
                                gatherer.fleet(asked.places(), asked.resized()),
                                (subject, fleet) -> gatherer.closely(subject, fleet, now)))
                .thenCompose(situations -> situations)
                .thenApply(situations -> answer(asked.queue(), situations, 0));
    }

    private CompletionStage<Subject> subject(FoundJob job) {
        if (job instanceof FoundJob.Held held) {
            return beforeInItsKey(job)
                    .thenCombine(heldKey(job), (before, key) -> new Subject.Held(held.job(), key, before));
        } else if (job instanceof FoundJob.InStream in) {
            return heldKey(job)
                    .thenCompose(key -> key == null
                            ? CompletableFuture.completedStage(new Subject.InStream(in.job(), null, in.before()))
                            : beforeInItsKey(job).thenApply(before -> new Subject.InStream(in.job(), key, before)));
        } else if (job instanceof FoundJob.Delayed delayed) {
            return CompletableFuture.completedStage(new Subject.Delayed(delayed.job(), delayed.dueIn()));
        }
        FoundJob.Dead dead = (FoundJob.Dead) job;
        return CompletableFuture.completedStage(new Subject.Dead(dead.job(), dead.attempts(), dead.reason()));
    }

    private CompletionStage<@Nullable HeldKey> heldKey(FoundJob job) {
        return store.heldKeys()
                .find(job.partition(), job.job().key())
                .thenApply(page -> page.keys().isEmpty() ? null : page.keys().get(0));
    }

    /** How many jobs of its key stand before a job: held ones, and those that are still in the stream behind them. */
    private CompletionStage<Long> beforeInItsKey(FoundJob job) {
        Wanted same = new Wanted(job.job().key(), null);
        return search.run(List.of(job.partition()), same, JobSearch.MOST_EXAMINED)
                .thenApply(result -> result.found().stream()
                        .takeWhile(
                                other -> !other.job().entry().equals(job.job().entry()))
                        .count());
    }
}
