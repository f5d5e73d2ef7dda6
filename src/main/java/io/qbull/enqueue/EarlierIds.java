package io.qbull.enqueue;

import io.qbull.model.JobId;
import io.qbull.model.Layout;
import io.qbull.model.PartitionId;
import io.qbull.runtime.EventLoop;
import io.qbull.store.JobLog;
import io.qbull.store.ResizeTable.Earlier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether an id that a caller gave was added by an earlier layout, which the partition of its key does not know. The partitions
 * of the key by earlier layouts are asked. Nothing is added by these any more, so their answer holds for as long as the layout does. The
 * jobs stay in their lane meanwhile, so none is overtaken; those behind them wait, too. On the loop.
 */
final class EarlierIds {
    /** The most jobs that are asked about at once; the next call takes no more. */
    private static final int AT_ONCE = 500;

    private final ProducerIdentity identity;
    private final LayoutReader reader;
    private final JobLog jobs;
    private final EventLoop loop;
    private final RefusalReporter refusals;
    private final Consumer<Lane> onSettled;
    private final Backoff rereads = Backoff.afterFailures();
    /** The lanes whose first jobs are asked about. */
    private final Map<Lane, Inquiry> inquiries = new HashMap<>();
    /** The lanes that wait until the earlier layouts are known. */
    private final Set<Lane> waiting = new LinkedHashSet<>();

    private int version;
    /** Null while they are not known. */
    private @Nullable EarlierLayouts earlier = EarlierLayouts.NONE;

    private boolean stopped;

    /**
     * @param identity whose jobs
     * @param reader reads earlier layouts
     * @param jobs asks the partitions
     * @param loop runs all of this
     * @param refusals hears why jobs wait
     * @param onSettled gets each lane whose jobs may travel that were asked about
     */
    EarlierIds(
            ProducerIdentity identity,
            LayoutReader reader,
            JobLog jobs,
            EventLoop loop,
            RefusalReporter refusals,
            Consumer<Lane> onSettled) {
        this.identity = identity;
        this.reader = reader;
        this.jobs = jobs;
        this.loop = loop;
        this.refusals = refusals;
        this.onSettled = onSettled;
    }

    /**
     * Forgets what was asked: ids may have been added by what is now the last of the earlier layouts.
     *
     * @param now the layout by which jobs are added from now on
     */
    void layoutChanged(Layout now) {
        version = now.version();
        earlier = version == 1 ? EarlierLayouts.NONE : null;
        inquiries.clear();
        waiting.clear();
    }

    /** Asks nothing more. */
    void stop() {
        stopped = true;
        inquiries.clear();
        waiting.clear();
    }

    /**
     * @param job a job that waits in its lane
     * @return whether it may travel
     */
    boolean settled(PendingJob job) {
        return !job.deduplicated() || job.settledFor(version) || nothingIsRemembered();
    }

    private boolean nothingIsRemembered() {
        EarlierLayouts known = earlier;
        return known != null && (known == EarlierLayouts.NONE || known.forgotten(loop.nanoTime()));
    }

    /**
     * Asks about the jobs of a lane that are not settled, if there are any and the lane is not being asked about.
     *
     * @param lane a lane of the current layout
     */
    void ask(Lane lane) {
        if (stopped || nothingIsRemembered() || inquiries.containsKey(lane)) {
            return;
        }
        List<PendingJob> unsettled = lane.waiting().stream()
                .limit(2 * AT_ONCE)
                .filter(job -> !settled(job))
                .limit(AT_ONCE)
                .toList();
        EarlierLayouts known = earlier;
        if (unsettled.isEmpty()) {
            return;
        }
        if (known == null) {
            if (waiting.isEmpty()) {
                read();
            }
            waiting.add(lane);
            return;
        }
        Map<PartitionId, Set<JobId>> questions = questions(known, lane, unsettled);
        if (questions.isEmpty()) {
            unsettled.forEach(job -> job.settle(version, false));
            return;
        }
        Inquiry inquiry = new Inquiry(lane, unsettled, questions.size());
        inquiries.put(lane, inquiry);
        questions.forEach((partition, ids) -> inquiry.ask(partition, List.copyOf(ids), Backoff.afterFailures()));
    }

    private Map<PartitionId, Set<JobId>> questions(EarlierLayouts known, Lane lane, List<PendingJob> unsettled) {
        long now = loop.nanoTime();
        Map<PartitionId, Set<JobId>> questions = new TreeMap<>();
        for (PendingJob pending : unsettled) {
            for (PartitionId partition :
                    known.partitionsOf(identity, pending.job().key(), lane.partition(), now)) {
                questions
                        .computeIfAbsent(partition, any -> new LinkedHashSet<>())
                        .add(pending.job().id());
            }
        }
        return questions;
    }

    private void read() {
        int asked = version;
        attempt(reader::earlier)
                .whenComplete((read, failure) -> loop.execute(() -> {
                    if (asked == version && !waiting.isEmpty()) {
                        ended(read, failure);
                    }
                }));
    }

    private void ended(@Nullable List<Earlier> read, @Nullable Throwable failure) {
        if (read == null) {
            refusals.layoutUnknown(failure);
            int asked = version;
            loop.schedule(rereads.next(), () -> {
                if (asked == version && !waiting.isEmpty()) {
                    read();
                }
            });
            return;
        }
        refusals.layoutKnown();
        rereads.reset();
        earlier = EarlierLayouts.of(read, version, loop.nanoTime());
        List<Lane> released = List.copyOf(waiting);
        waiting.clear();
        released.forEach(onSettled);
    }

    private static <T> CompletionStage<T> attempt(Supplier<CompletionStage<T>> question) {
        try {
            return question.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** The questions about jobs of one lane; each is repeated until it is answered, nobody waits for it, or the layout is another one. */
    private final class Inquiry {
        private final Lane lane;
        private final List<PendingJob> asked;
        private final List<JobId> known = new ArrayList<>();
        private int unanswered;

        Inquiry(Lane lane, List<PendingJob> asked, int questions) {
            this.lane = lane;
            this.asked = asked;
            this.unanswered = questions;
        }

        void ask(PartitionId partition, List<JobId> ids, Backoff pauses) {
            attempt(() -> jobs.known(partition, ids))
                    .whenComplete((answer, failure) -> loop.execute(() -> {
                        if (inquiries.get(lane) != this) {
                            return;
                        }
                        if (answer == null) {
                            refusals.failed(lane.partition(), failure);
                            lane.waitsFor("Redis does not say whether its id was added before a resize");
                            loop.schedule(pauses.next(), () -> again(partition, ids, pauses));
                        } else {
                            known.addAll(answer);
                            answered();
                        }
                    }));
        }

        private void again(PartitionId partition, List<JobId> ids, Backoff pauses) {
            if (inquiries.get(lane) != this) {
                return;
            }
            if (asked.stream().allMatch(PendingJob::answered)) {
                end();
            } else {
                ask(partition, ids, pauses);
            }
        }

        private void answered() {
            if (--unanswered == 0) {
                Set<JobId> all = Set.copyOf(known);
                asked.forEach(job -> job.settle(version, all.contains(job.job().id())));
                end();
            }
        }

        private void end() {
            inquiries.remove(lane);
            onSettled.accept(lane);
        }
    }
}
