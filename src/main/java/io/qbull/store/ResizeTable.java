package io.qbull.store;

import io.qbull.model.Job;
import io.qbull.model.Layout;
import io.qbull.model.Lease;
import io.qbull.model.LogPart;
import io.qbull.model.PartitionId;
import io.qbull.model.PartitionStage;
import io.qbull.model.Position;
import io.qbull.model.QueueName;
import io.qbull.model.Resize;
import io.qbull.model.Segment;
import io.qbull.model.StreamId;
import io.qbull.store.JobLog.Instruction;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * How far a change of the number of partitions is, and its steps: {@link #intend}; {@link #seal} each partition of the old layout; when
 * all are sealed, {@link #open} each of the new one; when all are open, {@link #makeCurrent}; {@link #start} each partition for which
 * nothing is on its way any more. None of these needs a lease, so any process may do the next step, and each step may be repeated,
 * raced or run late. Between them the owner of each old partition moves what leaves it, by {@link #page}, {@link #copy} and
 * {@link #moved}. All but the first work when Redis is full.
 */
public interface ResizeTable {
    /** The most items of a page. */
    int MOST_MOVED = 500;

    /** The most jobs of a {@link #reroute}. */
    int MOST_REROUTED = 100;

    /**
     * @param queue a queue that exists
     * @return its layouts, and the resize that is under way
     */
    CompletionStage<LayoutState> state(QueueName queue);

    /**
     * Begins a resize. The caller has read that all partitions of the layout have started. Whether one has never changes back while the
     * layout is current, and this call changes nothing if another one is: so it cannot begin before they have.
     *
     * @param queue a queue that exists
     * @param from its current layout
     * @param partitions number of partitions afterwards
     * @return what is under way now; fails with {@link StoreException.Full} if Redis takes no data
     * @throws IllegalArgumentException if the number is out of range or the same as before
     */
    CompletionStage<Intent> intend(QueueName queue, Layout from, int partitions);

    /**
     * Makes the new layout the one by which jobs are added. The caller has sealed all partitions of the old layout and opened all of the
     * new one. Keeps with the old layout how long the ids of its jobs are remembered.
     *
     * @param queue the queue
     * @param resize the resize under way
     * @return the current layout: the new one or, if the call is late, a later one; fails with {@link StoreException.Unavailable} if there
     *     is no such resize
     */
    CompletionStage<Layout> makeCurrent(QueueName queue, Resize resize);

    /**
     * @param queue a queue
     * @param from index of the first partition
     * @param to index behind the last one
     * @return the state of each partition, by index; those that do not exist have nothing
     */
    CompletionStage<List<PartitionState>> states(QueueName queue, int from, int to);

    /**
     * Asks how much memory partitions take. That is slow compared with {@link #states}.
     *
     * @param queue a queue
     * @param partitions some of its partitions, as they were read
     * @return the bytes that the stream, the segments, the held and the delayed jobs of each take in Redis, estimated; 0 if Redis does not
     *     say
     */
    CompletionStage<List<Long>> bytes(QueueName queue, List<PartitionState> partitions);

    /**
     * Ends the adding of jobs by the old layout: marks the place in the stream behind which the jobs of the new one stand.
     *
     * @param partition a partition of the old layout
     * @param resize the resize under way
     * @return completes when it is sealed
     */
    CompletionStage<Void> seal(PartitionId partition, Resize resize);

    /**
     * Lets jobs be added by the new layout. They do not run before {@link #start}.
     *
     * @param partition a partition of the new layout
     * @param resize the resize under way, for which all old partitions are sealed
     * @return completes when it is open
     */
    CompletionStage<Void> open(PartitionId partition, Resize resize);

    /**
     * Lets the jobs of a version run. The caller has read that every partition of the old layout from which jobs may come, and the partition
     * itself if it is one, has moved for this version. That never changes back.
     *
     * @param partition a partition of the new layout
     * @param version version of that layout
     * @return whether they run; false if the partition is not open for the version yet
     */
    CompletionStage<Boolean> start(PartitionId partition, int version);

    /**
     * Reads what is to be moved from a part of a partition, and deletes there what was read before and is copied by now. Everything is
     * read, also what stays; the caller knows the hash of keys. Safe to repeat, and safe when it runs late.
     *
     * @param lease the lease of the partition, which is sealed for that version
     * @param version version of the new layout
     * @param part which part
     * @param after the position of the last item that was read; null to read from the start
     * @param bounds how much to read
     * @param copied items of this part, at most {@link #MOST_MOVED}, that every {@link #copy} was answered for
     * @return the items; none at the end
     */
    CompletionStage<PageRead> page(
            Lease lease,
            int version,
            LogPart part,
            @Nullable Position after,
            PageBounds bounds,
            List<MovedItem> copied);

    /**
     * Adds items to the partition to which their keys belong now. What it has from an earlier attempt is skipped, so it is safe to repeat
     * and when it runs late, also by another owner of the partition that they leave; but the next items for a partition may be sent only
     * when these were answered. Needs no lease.
     *
     * @param target the partition
     * @param segment names the jobs there: version of the new layout, and the partition that they leave
     * @param items 1 to {@link #MOST_MOVED} of one part, in the order in which they were read
     * @return copied or, if nothing can come any more, started: then the lease of the caller has ended
     */
    CompletionStage<Copying> copy(PartitionId target, Segment segment, List<MovedItem> items);

    /**
     * Says that nothing leaves a partition any more: after an empty page of each part, when nothing is left to delete.
     *
     * @param lease the lease of the partition
     * @param resize the resize for which it is sealed
     * @return done, fenced, or that the partition is not sealed for this resize
     */
    CompletionStage<Moved> moved(Lease lease, Resize resize);

    /**
     * Reads what people ask of the owner of a partition. Changes nothing.
     *
     * @param partition the partition
     * @param after reads what follows this request
     * @return requests and notes in their order, at most {@link #MOST_MOVED}; none at the end
     */
    CompletionStage<List<Instruction>> requests(PartitionId partition, StreamId after);

    /**
     * Passes requests about held jobs on to the owner of the partition to which these have moved. Safe to repeat, because each names the
     * place of its job: what was carried out finds another first job. Works when Redis is full.
     *
     * @param target the partition
     * @param segment with which the jobs have moved
     * @param requests 1 to {@link #MOST_MOVED} requests with a place
     * @return completes when they are there
     */
    CompletionStage<Void> pass(PartitionId target, Segment segment, List<Instruction> requests);

    /**
     * @param lease the lease of a partition
     * @return whether any owner of it may have sent entries elsewhere by {@link #reroute}: it has claimed from the partition itself before
     */
    CompletionStage<Sender> sender(Lease lease);

    /**
     * Asks a partition which entries came to it last from another one by {@link #reroute}, and has it refuse what earlier owners of that one
     * may still send. An owner asks all partitions, its own one among them, before its first {@link #reroute}, and deletes these
     * entries. Safe to repeat. Works when Redis is full.
     *
     * @param target the partition that is asked
     * @param lease the lease of the other one
     * @return {@link Rerouting.Claimed} or {@link Rerouting.Stale}
     */
    CompletionStage<Rerouting> claim(PartitionId target, Lease lease);

    /**
     * Adds jobs to the partition of their keys that another program has added to another one. The caller deletes them there when this is
     * answered, and sends the next ones when they are deleted. Repeating a call under its number adds nothing. Works when Redis is full.
     *
     * @param target the partition of their keys
     * @param lease the lease of the partition in which they are
     * @param version version of the layout by which their keys belong to the target
     * @param number grows with each call under that lease, from 1 on
     * @param jobs 1 to {@link #MOST_REROUTED} jobs of that partition's own stream, whose bodies are {@code byte[]}
     * @return what has become of them
     */
    CompletionStage<Rerouting> reroute(PartitionId target, Lease lease, int version, long number, List<Job> jobs);

    /**
     * Lets the keys of a partition go that only earlier layouts have, once it is empty and nobody owns it: within an hour or, if ids of
     * jobs are known there for longer, when they are forgotten. Safe to repeat and to race.
     *
     * @param partition a partition that the current layout does not have
     * @param version version of the layout by which it retired
     * @return whether they go; false if something is left in it
     */
    CompletionStage<Boolean> retire(PartitionId partition, int version);

    /**
     * Subscribes to announcements that a resize has begun, or that another layout has become current.
     *
     * @param queue the queue
     * @param announced runs on a thread of the client that it must not block. Announcements can get lost
     * @return completes after the first attempt to subscribe; closing it ends the subscription
     */
    CompletionStage<AutoCloseable> announcements(QueueName queue, Runnable announced);

    /**
     * How much is read at once, though one item if there is any.
     *
     * @param items at most so many, 1 to {@link #MOST_MOVED}
     * @param bytes after so many bytes no further item is read
     */
    record PageBounds(int items, int bytes) {
        /**
         * @throws IllegalArgumentException if {@code items} is out of range
         */
        public PageBounds {
            if (items < 1 || items > MOST_MOVED) {
                throw new IllegalArgumentException("a page has 1 to " + MOST_MOVED + " items, not " + items);
            }
        }
    }

    /** The result of {@link #page}. */
    sealed interface PageRead extends OwnerAnswer {
        /**
         * @param items in order; none at the end of the part
         */
        record Page(List<MovedItem> items) implements PageRead {}

        /** The partition is not sealed for this version, or has moved. */
        record Other() implements PageRead {}

        /** The lease has ended. */
        record Fenced() implements PageRead {}

        @Override
        default boolean fenced() {
            return this instanceof Fenced;
        }
    }

    /** The result of {@link #copy}. */
    enum Copying {
        /** The items are there, by this call or before. */
        COPIED,
        /** The jobs behind the marker run already, so nothing comes any more. Nothing was changed. */
        STARTED
    }

    /** The result of {@link #moved}. */
    enum Moved implements OwnerAnswer {
        /** It is on record. */
        DONE,
        /** The partition is not sealed for this resize. Nothing was changed. */
        OTHER,
        /** The lease has ended. Nothing was changed. */
        FENCED;

        @Override
        public boolean fenced() {
            return this == FENCED;
        }
    }

    /**
     * The result of {@link #sender}.
     *
     * @param any whether any owner of the partition may have sent entries elsewhere
     */
    record Sender(boolean any) implements OwnerAnswer {
        /** The lease is not looked at. */
        @Override
        public boolean fenced() {
            return false;
        }
    }

    /** The result of {@link #claim} and {@link #reroute}. */
    sealed interface Rerouting extends OwnerAnswer {
        /** The jobs are there, by this call or before. */
        record Done() implements Rerouting {}

        /**
         * What came last from the partition is known, and nothing more comes there from earlier owners.
         *
         * @param there its entries that are in the target, or were; they may not be deleted yet
         */
        record Claimed(List<StreamId> there) implements Rerouting {}

        /** An earlier owner has sent something, and this one has not asked what. Nothing was added. */
        record Unclaimed() implements Rerouting {}

        /** The target takes no jobs for that layout version. Nothing was added. */
        record OtherLayout() implements Rerouting {}

        /** A later owner has sent something. Nothing was added. */
        record Stale() implements Rerouting {}

        /** The lease is not looked at: the target lies elsewhere. */
        @Override
        default boolean fenced() {
            return false;
        }
    }

    /**
     * The layouts of a queue.
     *
     * @param current by which jobs are added
     * @param resize that is under way and whose layout is not current yet; null if there is none
     * @param earlier those that were current before, by version
     */
    record LayoutState(Layout current, @Nullable Resize resize, List<Earlier> earlier) {
        /** Copies the list. */
        public LayoutState {
            earlier = List.copyOf(earlier);
        }
    }

    /**
     * A layout that was replaced.
     *
     * @param layout the layout
     * @param age since when no job has been added by it: at least so long, by Redis's clock
     * @param memory how much longer a partition may remember the id of a job that was added by it; zero if none does
     */
    record Earlier(Layout layout, Duration age, Duration memory) {}

    /** The result of {@link #intend}. */
    sealed interface Intent {
        /**
         * The resize is under way, begun by this call or before.
         *
         * @param resize the resize
         */
        record Begun(Resize resize) implements Intent {}

        /**
         * Nothing was changed: another resize is under way.
         *
         * @param resize the other one
         */
        record Other(Resize resize) implements Intent {}

        /**
         * Nothing was changed: the layout is another one.
         *
         * @param current the current layout
         */
        record Outdated(Layout current) implements Intent {}
    }

    /**
     * What a resize must know of a partition. The figures are read one after another.
     *
     * @param index of the partition
     * @param stage how far it is
     * @param entries number of entries in its own stream, markers included
     * @param segments number of entries in each segment
     * @param held number of held jobs
     * @param delayed number of delayed jobs
     */
    record PartitionState(
            int index, PartitionStage stage, long entries, Map<Segment, Long> segments, long held, long delayed) {
        /** Copies the map. */
        public PartitionState {
            segments = Map.copyOf(segments);
        }

        /**
         * @return number of jobs that are not done, and markers
         */
        public long jobs() {
            return entries
                    + held
                    + delayed
                    + segments.values().stream().mapToLong(Long::longValue).sum();
        }
    }
}
