package io.qbull.partition;

import io.qbull.model.Entry;
import io.qbull.model.EntryId;
import io.qbull.model.Job;
import io.qbull.model.PartitionId;
import io.qbull.model.StreamId;
import io.qbull.partition.KeyLine.Slot;
import io.qbull.runtime.EventLoop;
import io.qbull.runtime.LogLimit;
import io.qbull.store.ResizeTable;
import io.qbull.store.ResizeTable.Rerouting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends misplaced entries to the partitions of their keys, in the order of each key: adds them there, then deletes them here, and then sends
 * the next ones. Before the first ones it asks all partitions what the owner before may have added there and not deleted here. On the event
 * loop.
 *
 * <pre>
 *   IDLE ── entries are known, and it is not known what was sent before ──▶ CLAIMING ── answered, and deleted ──▶ IDLE
 *   IDLE ── entries are known ──▶ SENDING ── answered, and deleted ──▶ IDLE
 *   CLAIMING, SENDING ── some were refused ──▶ RESTING ── after a moment ──▶ IDLE
 * </pre>
 */
final class Rerouter {
    private static final Logger LOG = LoggerFactory.getLogger(Rerouter.class);
    /** After a refusal: another layout takes its time to come. */
    private static final Duration REST = Duration.ofMillis(200);

    private static final int MOST_DELETED = 500;

    private final LeasedPartition partition;
    private final Runnable outdated;
    private final Runnable changed;
    private final LogLimit lines;
    /** Null as long as no key is known to belong elsewhere. */
    private @Nullable KeyHomes homes;
    /** Waits until it is known what earlier owners have sent, and deleted; null if nothing does. */
    private @Nullable Recall recall;

    private Phase phase = Phase.IDLE;
    /** All partitions have said what earlier owners have sent. */
    private boolean claimed;
    /** Entries were read, or a command was answered, since the last look. */
    private boolean dirty = true;
    /** Entries that earlier owners have sent: a fetch under way may still bring them after they were deleted. */
    private final Set<StreamId> sentBefore = new HashSet<>();
    /** Calls of the round under way that are not answered. */
    private int unanswered;
    /** What is elsewhere by now and not deleted here. */
    private List<EntryId> sent = new ArrayList<>();
    /** All partitions that were asked have answered what was sent. */
    private boolean complete;
    /** The round has ended with less than it was to do. */
    private boolean refused;

    private long number;
    private EventLoop.@Nullable Timer timer;

    /**
     * A question whether all is known.
     *
     * @param layout the layout by which jobs are about to run
     * @param then called when it is
     */
    private record Recall(KeyHomes layout, Runnable then) {}

    private enum Phase {
        /** Nothing is under way. */
        IDLE,
        /** What earlier owners have sent is being asked, or deleted. */
        CLAIMING,
        /** Entries are being added where they belong, or deleted here. */
        SENDING,
        /** Some were refused. */
        RESTING
    }

    /**
     * @param partition whose entries they are
     * @param outdated called when a target does not take them by the layout that is known
     * @param changed called when more may be sent
     */
    Rerouter(LeasedPartition partition, Runnable outdated, Runnable changed) {
        this.partition = partition;
        this.outdated = outdated;
        this.changed = changed;
        this.lines = new LogLimit(partition.loop()::nanoTime);
    }

    /** Where keys belong from now on; null if all entries are where they belong. */
    void place(@Nullable KeyHomes now) {
        homes = now;
        dirty = true;
    }

    /** Entries were read or a command was answered. */
    void changed() {
        dirty = true;
    }

    /** Whether entries are being sent, or deleted because they were. */
    boolean underWay() {
        return phase == Phase.CLAIMING || phase == Phase.SENDING;
    }

    /** Whether entries wait to be sent. */
    boolean waits() {
        return !partition.prefetched().misplaced().isEmpty();
    }

    /** Sends what is to be sent, if anything is. All held keys are known, and no resize is under way here. */
    void proceed() {
        KeyHomes known = homes;
        if (known == null || !dirty || phase != Phase.IDLE) {
            return;
        }
        dirty = false;
        List<Slot> slots = due();
        if (slots.isEmpty()) {
            return;
        }
        if (claimed) {
            send(known, slots);
        } else {
            claim(known);
        }
    }

    /** The first entries of keys of which nothing runs, is uncommitted or held here. */
    private List<Slot> due() {
        List<Slot> due = new ArrayList<>();
        for (KeyLine line : List.copyOf(partition.prefetched().misplaced())) {
            for (Slot slot : line.touched() ? List.<Slot>of() : List.copyOf(line.slots)) {
                if (!slot.misplaced) {
                    break;
                }
                if (sentBefore.contains(slot.id().streamId())) {
                    partition.prefetched().remove(slot.id());
                } else {
                    due.add(slot);
                }
            }
        }
        due.sort(Comparator.comparing(Slot::id));
        return due.subList(0, Math.min(due.size(), ResizeTable.MOST_REROUTED));
    }

    /**
     * Makes sure that nothing is left here that an earlier owner has sent by an earlier layout: by this one it may be where it belongs.
     *
     * @param layout the layout by which jobs are about to run
     * @param then called when that is so
     */
    void recall(KeyHomes layout, Runnable then) {
        if (claimed) {
            then.run();
            return;
        }
        Recall asked = new Recall(layout, then);
        recall = asked;
        if (phase != Phase.CLAIMING) {
            partition.commands().perform(() -> partition.store().resize().sender(partition.lease()), sender -> {
                if (asked.equals(recall) && phase != Phase.CLAIMING) {
                    if (sender.any()) {
                        claim(layout);
                    } else {
                        recalled(asked);
                    }
                }
            });
        }
    }

    private void recalled(Recall asked) {
        recall = null;
        asked.then().run();
        changed.run();
    }

    /** Also asks the own partition, which keeps that its owners send entries. */
    private void claim(KeyHomes known) {
        phase = Phase.CLAIMING;
        sent = new ArrayList<>();
        refused = false;
        complete = true;
        int own = partition.lease().partition().index();
        List<PartitionId> all = IntStream.range(0, Math.max(known.reach(), own + 1))
                .mapToObj(this::at)
                .toList();
        unanswered = all.size();
        all.forEach(target -> perform(target, table -> table.claim(target, partition.lease()), answer -> {
            complete &= answer instanceof Rerouting.Claimed;
            if (answer instanceof Rerouting.Claimed claim) {
                sentBefore.addAll(claim.there());
                claim.there().forEach(id -> sent.add(EntryId.own(id)));
            }
        }));
    }

    private void send(KeyHomes known, List<Slot> slots) {
        phase = Phase.SENDING;
        sent = new ArrayList<>();
        refused = false;
        number++;
        long call = number;
        Map<Integer, List<Job>> byTarget = new TreeMap<>();
        for (Slot slot : slots) {
            if (slot.entry instanceof Entry.Decoded decoded) {
                partition.prefetched().moves(slot);
                byTarget.computeIfAbsent(known.of().applyAsInt(decoded.job().key()), index -> new ArrayList<>())
                        .add(decoded.job());
            }
        }
        lines.log(
                "rerouted",
                more -> LOG.info(
                        "{} {} entries belong to partitions {} by layout version {}: they are sent there. A program adds by another"
                                + " number of partitions{}",
                        partition.lease(),
                        slots.size(),
                        byTarget.keySet(),
                        known.version(),
                        more));
        unanswered = byTarget.size();
        byTarget.forEach((index, jobs) -> perform(
                at(index),
                table -> table.reroute(at(index), partition.lease(), known.version(), call, jobs),
                answer -> {
                    claimed &= !(answer instanceof Rerouting.Unclaimed);
                    for (Job job : jobs) {
                        if (answer instanceof Rerouting.Done) {
                            sent.add(job.entry());
                        } else {
                            partition.prefetched().stays(job.entry());
                        }
                    }
                }));
    }

    private PartitionId at(int index) {
        return new PartitionId(partition.lease().partition().queue(), index);
    }

    private void perform(
            PartitionId target, Function<ResizeTable, CompletionStage<Rerouting>> command, Consumer<Rerouting> done) {
        partition.commands().perform(() -> command.apply(partition.store().resize()), answer -> {
            done.accept(answer);
            refused |= answer instanceof Rerouting.OtherLayout || answer instanceof Rerouting.Stale;
            if (answer instanceof Rerouting.Stale) {
                lines.log(
                        "stale",
                        more -> LOG.info(
                                "{} a later owner has sent entries to partition {}: nothing is sent for now{}",
                                partition.lease(),
                                target,
                                more));
            }
            unanswered--;
            if (unanswered == 0) {
                delete();
            }
        });
    }

    /** Deletes what is elsewhere by now. */
    private void delete() {
        if (sent.isEmpty()) {
            settle();
            return;
        }
        List<EntryId> some = List.copyOf(sent.subList(0, Math.min(sent.size(), MOST_DELETED)));
        sent = new ArrayList<>(sent.subList(some.size(), sent.size()));
        partition.commands().perform(() -> partition.store().jobs().commit(partition.lease(), some), done -> {
            some.forEach(partition.prefetched()::remove);
            delete();
        });
    }

    private void settle() {
        dirty = true;
        claimed |= phase == Phase.CLAIMING && complete;
        phase = refused ? Phase.RESTING : Phase.IDLE;
        Recall asked = recall;
        if (asked != null && claimed) {
            recalled(asked);
        }
        if (refused) {
            timer = partition.loop().schedule(REST, this::rested);
        }
    }

    private void rested() {
        timer = null;
        phase = Phase.IDLE;
        dirty = true;
        Recall asked = recall;
        if (asked == null) {
            outdated.run();
        } else {
            claim(asked.layout());
        }
        changed.run();
    }

    /** Sends nothing more. */
    void end() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
