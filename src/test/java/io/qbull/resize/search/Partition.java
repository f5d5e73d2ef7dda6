package io.qbull.resize.search;

import io.qbull.model.HeldPlace;
import io.qbull.model.LogPart;
import io.qbull.model.PartitionStage;
import io.qbull.model.Position;
import io.qbull.model.Segment;
import io.qbull.resize.search.Item.Stored;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What Redis has of a partition.
 *
 * @param index its index
 * @param stage its seal, started and moved
 * @param lease who owns it
 * @param stream its own stream
 * @param added number of entries that were ever added to the stream
 * @param segments in their order
 * @param held by key and place
 * @param delayed jobs
 */
record Partition(
        int index,
        PartitionStage stage,
        Lease lease,
        List<Stored> stream,
        long added,
        List<Arrivals> segments,
        List<Waiting> held,
        List<Integer> delayed) {
    /**
     * A lease.
     *
     * @param pod its owner; -1 for none
     * @param epoch of the last owner
     * @param lapsed whether its time is over
     */
    record Lease(int pod, int epoch, boolean lapsed) {
        static final Lease FREE = new Lease(-1, 0, false);
    }

    /**
     * A held job.
     *
     * @param key its key
     * @param place its place
     * @param job the job
     * @param attempted whether it has failed
     */
    record Waiting(int key, HeldPlace place, int job, boolean attempted) {
        static final Comparator<Waiting> ORDER =
                Comparator.comparingInt(Waiting::key).thenComparing(Waiting::place);
    }

    /**
     * A segment.
     *
     * @param segment its name
     * @param last the last position that was copied
     * @param added number of entries that were ever added
     * @param entries what is in it
     */
    record Arrivals(Segment segment, @Nullable Position last, long added, List<Stored> entries) {
        Arrivals with(List<Stored> left) {
            return new Arrivals(segment, last, added, left);
        }

        Arrivals at(Position position) {
            return new Arrivals(segment, position, added, entries);
        }

        Arrivals plus(Item item) {
            return new Arrivals(segment, last, added + 1, Lists.plus(entries, new Stored(added + 1, item)));
        }
    }

    static Partition absent(int index) {
        return new Partition(index, PartitionStage.ABSENT, Lease.FREE, List.of(), 0, List.of(), List.of(), List.of());
    }

    Partition with(PartitionStage next) {
        return new Partition(index, next, lease, stream, added, segments, held, delayed);
    }

    Partition with(Lease next) {
        return new Partition(index, stage, next, stream, added, segments, held, delayed);
    }

    Partition withStream(List<Stored> next) {
        return new Partition(index, stage, lease, next, added, segments, held, delayed);
    }

    Partition withSegments(List<Arrivals> next) {
        return new Partition(index, stage, lease, stream, added, next, held, delayed);
    }

    Partition withHeld(List<Waiting> next) {
        return new Partition(index, stage, lease, stream, added, segments, next, delayed);
    }

    Partition withDelayed(List<Integer> next) {
        return new Partition(index, stage, lease, stream, added, segments, held, next);
    }

    Partition plus(Item item) {
        List<Stored> longer = Lists.plus(stream, new Stored(added + 1, item));
        return new Partition(index, stage, lease, longer, added + 1, segments, held, delayed);
    }

    Partition hold(Waiting job) {
        List<Waiting> more = new ArrayList<>(held);
        more.add(job);
        more.sort(Waiting.ORDER);
        return withHeld(List.copyOf(more));
    }

    boolean holdsKey(int key) {
        return held.stream().anyMatch(waiting -> waiting.key() == key);
    }

    @Nullable
    Arrivals segment(Segment segment) {
        return segments.stream()
                .filter(arrivals -> arrivals.segment().equals(segment))
                .findFirst()
                .orElse(null);
    }

    Partition put(Arrivals arrivals) {
        List<Arrivals> others = new ArrayList<>(segments);
        others.removeIf(other -> other.segment().equals(arrivals.segment()));
        others.add(arrivals);
        others.sort(Comparator.comparing(Arrivals::segment));
        return withSegments(List.copyOf(others));
    }

    /** The entries of a stream of the log. */
    List<Stored> entries(LogPart part) {
        if (part.equals(LogPart.STREAM)) {
            return stream;
        }
        Arrivals arrivals = segment(part.segment());
        return arrivals == null ? List.of() : arrivals.entries();
    }

    Partition withEntries(LogPart part, List<Stored> left) {
        if (part.equals(LogPart.STREAM)) {
            return withStream(left);
        }
        Arrivals arrivals = segment(part.segment());
        return arrivals == null ? this : put(arrivals.with(left));
    }

    boolean isOpen(int version) {
        return stage.seal().version() == version && stage.seal().open();
    }

    boolean owned(int pod, int epoch) {
        return lease.pod() == pod && lease.epoch() == epoch;
    }
}
