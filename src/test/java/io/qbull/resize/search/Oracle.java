package io.qbull.resize.search;

import io.qbull.resize.search.Item.Stored;
import io.qbull.resize.search.Owner.Run;
import io.qbull.resize.search.Owner.State;
import io.qbull.resize.search.Partition.Arrivals;
import io.qbull.resize.search.Partition.Waiting;
import io.qbull.resize.search.World.Faults;
import io.qbull.resize.search.World.Outcomes;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What must hold: order per key, nothing lost, nothing twice. */
final class Oracle {
    private final Scenario scenario;

    Oracle(Scenario scenario) {
        this.scenario = scenario;
    }

    /** What is wrong with the start of a job in this state; null if nothing is. */
    @Nullable
    String start(World world, int job, boolean attempted) {
        Outcomes outcomes = world.shared().outcomes();
        String name = scenario.text(job);
        if (outcomes.isCommitted(job)) {
            return name + " starts although its end is on record";
        }
        for (int earlier = 0; earlier < earlierJobs(job); earlier++) {
            if (!outcomes.isDone(scenario.job(scenario.keyOf(job), earlier))) {
                return name + " starts before an earlier job of its key has ended";
            }
        }
        Faults faults = world.shared().faults();
        boolean undisturbed = faults.crashes() == scenario.crashes && faults.lapses() == scenario.lapses;
        if (outcomes.isDone(job) && undisturbed) {
            return name + " starts twice although no lease was lost";
        }
        if (outcomes.hasFailed(job) && !attempted) {
            return "the attempts of " + name + " are lost";
        }
        boolean beside = world.owners().stream().anyMatch(owner -> runsKey(world, owner, scenario.keyOf(job)));
        return beside ? name + " starts while another job of its key runs" : null;
    }

    private int earlierJobs(int job) {
        return scenario.isDelayed(job) ? 0 : scenario.numberOf(job);
    }

    private boolean runsKey(World world, Owner owner, int key) {
        return world.partition(owner.partition()).owned(owner.pod(), owner.epoch())
                && owner.runs().stream().anyMatch(run -> isRunning(run, key));
    }

    private boolean isRunning(Run run, int key) {
        return run.state() == State.RUNNING && scenario.keyOf(run.job()) == key;
    }

    /** What is wrong with a state; null if nothing is. */
    @Nullable
    String violation(World world) {
        if (world.shared().broken() != null) {
            return world.shared().broken();
        }
        Set<Integer> present = new HashSet<>();
        for (Partition partition : world.partitions()) {
            List<Integer> here = jobs(partition).toList();
            if (new HashSet<>(here).size() < here.size()) {
                return "a job is twice in p" + partition.index();
            }
            if (sharesKeys(partition)) {
                return "two segments of p" + partition.index() + " have a key in common";
            }
            present.addAll(here);
        }
        for (int job = 0; job < scenario.allJobs(); job++) {
            boolean added = scenario.isDelayed(job)
                    || scenario.numberOf(job) < world.shared().added().get(scenario.keyOf(job));
            if (added && !present.contains(job) && !world.shared().outcomes().isCommitted(job)) {
                return scenario.text(job) + " is lost";
            }
        }
        return null;
    }

    private static Stream<Integer> jobs(Partition partition) {
        Stream<Integer> waiting =
                Stream.concat(partition.held().stream().map(Waiting::job), partition.delayed().stream());
        Stream<Stored> entries = Stream.concat(
                partition.segments().stream().map(Arrivals::entries).flatMap(List::stream),
                partition.stream().stream());
        return Stream.concat(waiting, entries.flatMap(Oracle::job));
    }

    private static Stream<Integer> job(Stored entry) {
        return entry.item() instanceof Item.OfJob item ? Stream.of(item.job()) : Stream.empty();
    }

    private boolean sharesKeys(Partition partition) {
        Set<Integer> keys = new HashSet<>();
        for (Arrivals arrivals : partition.segments()) {
            Set<Integer> own = new HashSet<>();
            arrivals.entries().stream()
                    .flatMap(Oracle::job)
                    .map(scenario::keyOf)
                    .forEach(own::add);
            if (own.stream().anyMatch(keys::contains)) {
                return true;
            }
            keys.addAll(own);
        }
        return false;
    }

    /** Everything has run, the last layout is in force everywhere, and no partition keeps anything. */
    boolean goal(World world) {
        int last = scenario.lastVersion();
        boolean all = Integer.bitCount(world.shared().outcomes().committed()) == scenario.allJobs();
        return all
                && world.shared().current() == last
                && world.partitions().stream().allMatch(partition -> isDone(partition, last));
    }

    private boolean isDone(Partition partition, int last) {
        boolean started = partition.index() >= scenario.partitionsOf(last)
                || partition.stage().started() >= last;
        return started
                && partition.stream().isEmpty()
                && partition.segments().isEmpty()
                && partition.held().isEmpty()
                && partition.delayed().isEmpty();
    }
}
