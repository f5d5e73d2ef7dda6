package io.qbull.ops.why;

import io.qbull.model.DeadLetter;
import io.qbull.model.EntryId;
import io.qbull.model.Job;
import io.qbull.model.JobId;
import io.qbull.model.PartitionId;
import io.qbull.model.StreamId;
import io.qbull.store.DeadLetters;
import io.qbull.store.Examiner;
import io.qbull.store.Examiner.JobView;
import io.qbull.store.Rounds;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Looks for jobs with an id or a key, wherever they are in a partition. Examines at most {@value #MOST_EXAMINED} entries of each kind in a
 * partition. Thread-safe; nothing blocks.
 */
final class JobSearch {
    /** Entries of one kind that are examined in a partition. */
    static final int MOST_EXAMINED = 10_000;
    /** Partitions that are searched at once. */
    private static final int AT_ONCE = 8;

    private final Examiner examiner;
    private final DeadLetters letters;

    JobSearch(Examiner examiner, DeadLetters letters) {
        this.examiner = examiner;
        this.letters = letters;
    }

    /**
     * What is looked for.
     *
     * @param key the key; null = any
     * @param id the id; null = any
     */
    record Wanted(@Nullable String key, @Nullable JobId id) {
        boolean fits(JobView job) {
            return (key == null || key.equals(job.key()))
                    && (id == null || id.value().equals(job.id()));
        }

        /** Such as {@code job J of key K}. */
        String name() {
            return (id == null ? "" : "job " + id)
                    + (id == null || key == null ? "" : " of ")
                    + (key == null ? "" : "key " + key);
        }
    }

    /**
     * Jobs that were found.
     *
     * @param found by partition, in each the held ones first, then those of the log, delayed ones and dead letters
     * @param more whether not everything was examined
     */
    record Result(List<FoundJob> found, boolean more) {
        private static Result joined(List<Result> results) {
            return new Result(
                    results.stream().flatMap(each -> each.found.stream()).toList(),
                    results.stream().anyMatch(Result::more));
        }
    }

    /**
     * @param partitions to search
     * @param wanted what is looked for
     * @param most the most jobs of each kind and partition
     * @return the jobs; fails with a {@link io.qbull.store.StoreException}
     */
    CompletionStage<Result> run(List<PartitionId> partitions, Wanted wanted, int most) {
        // A job that moves meanwhile is in its new partition before it leaves the old one, which comes first among
        // those of a key.
        int atOnce = wanted.key() == null ? AT_ONCE : 1;
        return Rounds.of(atOnce, partitions, partition -> run(partition, wanted, most))
                .thenApply(Result::joined);
    }

    private CompletionStage<Result> run(PartitionId partition, Wanted wanted, int most) {
        List<CompletableFuture<Result>> all = List.of(
                held(new Tally(partition, wanted, most), 0).toCompletableFuture(),
                log(new Tally(partition, wanted, most), EntryId.START).toCompletableFuture(),
                delayed(new Tally(partition, wanted, most), 0).toCompletableFuture(),
                dead(new Tally(partition, wanted, most), StreamId.START).toCompletableFuture());
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
                .thenApply(done ->
                        Result.joined(all.stream().map(CompletableFuture::join).toList()));
    }

    private CompletionStage<Result> held(Tally tally, int from) {
        return examiner.held(tally.partition, tally.wanted.key(), from).thenCompose(page -> {
            // Among the jobs of one key the position counts; among those of all keys it would say nothing.
            boolean ordered = tally.wanted.key() != null;
            for (JobView job : page.jobs()) {
                tally.see(job, before -> new FoundJob.Held(tally.partition, job, ordered ? before : -1));
            }
            return page.more() && tally.goesOn() ? held(tally, page.next()) : tally.result(page.more());
        });
    }

    private CompletionStage<Result> log(Tally tally, EntryId after) {
        return examiner.log(tally.partition, after).thenCompose(page -> {
            for (JobView job : page.jobs()) {
                tally.see(job, before -> new FoundJob.InStream(tally.partition, job, before));
            }
            return page.more() && tally.goesOn() ? log(tally, page.last()) : tally.result(page.more());
        });
    }

    private CompletionStage<Result> delayed(Tally tally, int from) {
        return examiner.delayed(tally.partition, tally.wanted.id(), from).thenCompose(page -> {
            for (JobView job : page.jobs()) {
                tally.see(
                        job,
                        before -> new FoundJob.Delayed(tally.partition, job, FoundJob.dueIn(job, page.nowMillis())));
            }
            boolean on = page.more() && tally.goesOn() && page.next() > from;
            return on ? delayed(tally, page.next()) : tally.result(page.more());
        });
    }

    private CompletionStage<Result> dead(Tally tally, StreamId after) {
        return letters.read(tally.partition, after, StreamId.END, 0).thenCompose(page -> {
            for (DeadLetter letter : page.letters()) {
                Job job = letter.job();
                if (job != null) {
                    JobView view = new JobView(
                            job.entry(),
                            job.id().value(),
                            job.key(),
                            job.attempts(),
                            job.streamId().millis());
                    tally.see(view, before -> FoundJob.Dead.of(tally.partition, view, letter));
                }
            }
            boolean on = page.more() && tally.goesOn() && !page.letters().isEmpty();
            return on
                    ? dead(
                            tally,
                            page.letters()
                                    .get(page.letters().size() - 1)
                                    .entry()
                                    .streamId())
                    : tally.result(page.more());
        });
    }

    /** What was seen of one kind in one partition. Used by one step after another. */
    private static final class Tally {
        final PartitionId partition;
        final Wanted wanted;
        private final int most;
        private final List<FoundJob> found = new ArrayList<>();
        private int examined;

        /** Makes what was found of a job. */
        interface Form {
            FoundJob of(long before);
        }

        Tally(PartitionId partition, Wanted wanted, int most) {
            this.partition = partition;
            this.wanted = wanted;
            this.most = most;
        }

        void see(JobView job, Form form) {
            if (found.size() < most && wanted.fits(job)) {
                found.add(form.of(examined));
            }
            examined++;
        }

        boolean goesOn() {
            return found.size() < most && examined < MOST_EXAMINED;
        }

        CompletionStage<Result> result(boolean more) {
            return CompletableFuture.completedStage(new Result(List.copyOf(found), more && found.size() < most));
        }
    }
}
