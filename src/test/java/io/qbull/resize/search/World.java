package io.qbull.resize.search;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A state of everything.
 *
 * @param shared what belongs to no partition
 * @param partitions what Redis has of each partition
 * @param owners what each pod knows of each partition
 * @param late scripts on their way whose reply nobody waits for
 */
record World(Shared shared, List<Partition> partitions, List<Owner> owners, List<Script> late) {
    /**
     * Faults that may still happen.
     *
     * @param failures of jobs
     * @param crashes of pods
     * @param lapses of leases
     * @param late replies that are lost
     * @param cancels people who cancel a delayed job
     */
    record Faults(int failures, int crashes, int lapses, int late, int cancels) {
        Faults failed() {
            return new Faults(failures - 1, crashes, lapses, late, cancels);
        }

        Faults crashed() {
            return new Faults(failures, crashes - 1, lapses, late, cancels);
        }

        Faults lapsed() {
            return new Faults(failures, crashes, lapses - 1, late, cancels);
        }

        Faults lost() {
            return new Faults(failures, crashes, lapses, late - 1, cancels);
        }

        Faults cancelled() {
            return new Faults(failures, crashes, lapses, late, cancels - 1);
        }
    }

    /**
     * What has become of the jobs, each a bit.
     *
     * @param done ran to their end
     * @param committed and that is on record, or they were cancelled
     * @param failed have failed once
     */
    record Outcomes(int done, int committed, int failed) {
        Outcomes done(int job) {
            return new Outcomes(done | 1 << job, committed, failed);
        }

        Outcomes committed(int job) {
            return new Outcomes(done, committed | 1 << job, failed);
        }

        Outcomes failed(int job) {
            return new Outcomes(done, committed, failed | 1 << job);
        }

        boolean isDone(int job) {
            return (done >> job & 1) == 1;
        }

        boolean isCommitted(int job) {
            return (committed >> job & 1) == 1;
        }

        boolean hasFailed(int job) {
            return (failed >> job & 1) == 1;
        }
    }

    /**
     * What belongs to no partition.
     *
     * @param current version of the layout
     * @param intended version of the layout that is being made; the same if none is
     * @param added of each key, the number of its jobs that were added
     * @param known of each producer, the version that it uses
     * @param alive pods, each a bit
     * @param outcomes of jobs
     * @param faults that may still happen
     * @param broken what went wrong in the last step; null if nothing did
     */
    record Shared(
            int current,
            int intended,
            List<Integer> added,
            List<Integer> known,
            int alive,
            Outcomes outcomes,
            Faults faults,
            @Nullable String broken) {
        Shared layout(int nowCurrent, int nowIntended) {
            return new Shared(nowCurrent, nowIntended, added, known, alive, outcomes, faults, broken);
        }

        Shared added(int key) {
            return new Shared(
                    current,
                    intended,
                    Lists.set(added, key, added.get(key) + 1),
                    known,
                    alive,
                    outcomes,
                    faults,
                    broken);
        }

        Shared known(int producer, int version) {
            return new Shared(
                    current, intended, added, Lists.set(known, producer, version), alive, outcomes, faults, broken);
        }

        Shared dead(int pod) {
            return new Shared(current, intended, added, known, alive & ~(1 << pod), outcomes, faults, broken);
        }

        Shared with(Outcomes next) {
            return new Shared(current, intended, added, known, alive, next, faults, broken);
        }

        Shared with(Faults next) {
            return new Shared(current, intended, added, known, alive, outcomes, next, broken);
        }

        Shared broken(@Nullable String what) {
            return new Shared(current, intended, added, known, alive, outcomes, faults, what);
        }

        boolean alive(int pod) {
            return (alive >> pod & 1) == 1;
        }
    }

    Partition partition(int index) {
        return partitions.get(index);
    }

    Owner owner(int pod, int partition) {
        return owners.get(pod * partitions.size() + partition);
    }

    World with(Shared next) {
        return new World(next, partitions, owners, late);
    }

    World with(Partition next) {
        return new World(shared, Lists.set(partitions, next.index(), next), owners, late);
    }

    World with(Owner next) {
        int index = next.pod() * partitions.size() + next.partition();
        return new World(shared, partitions, Lists.set(owners, index, next), late);
    }

    World withLate(List<Script> next) {
        return new World(shared, partitions, owners, next);
    }

    /** The pod knows nothing of the partition any more. */
    World dropped(Owner owner) {
        return with(Owner.none(owner.pod(), owner.partition()));
    }

    /** A reply is lost; the script may run at any time, or never. */
    World lost(Script script) {
        return with(shared.with(shared.faults().lost())).withLate(Lists.plus(late, script));
    }

    List<Object> parts() {
        List<Object> parts = new ArrayList<>();
        parts.add(shared);
        parts.addAll(partitions);
        parts.addAll(owners);
        parts.add(late);
        return parts;
    }

    @SuppressWarnings("unchecked")
    static World of(List<Object> parts, int partitions) {
        return new World(
                (Shared) parts.get(0),
                (List<Partition>) (List<?>) parts.subList(1, 1 + partitions),
                (List<Owner>) (List<?>) parts.subList(1 + partitions, parts.size() - 1),
                (List<Script>) parts.get(parts.size() - 1));
    }
}
