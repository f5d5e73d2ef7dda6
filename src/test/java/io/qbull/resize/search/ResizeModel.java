package io.qbull.resize.search;

import io.qbull.model.PartitionStage;
import io.qbull.model.SealState;
import io.qbull.resize.search.Partition.Lease;
import io.qbull.resize.search.World.Faults;
import io.qbull.resize.search.World.Outcomes;
import io.qbull.resize.search.World.Shared;
import io.qbull.testing.SearchModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The protocol of a resize in one situation. */
final class ResizeModel implements SearchModel<World> {
    private final Scenario scenario;
    private final PodSteps pods;
    private final OtherSteps others;
    private final Oracle oracle;

    ResizeModel(Scenario scenario) {
        this.scenario = scenario;
        this.pods = new PodSteps(scenario);
        this.others = new OtherSteps(scenario);
        this.oracle = new Oracle(scenario);
    }

    @Override
    public World initial() {
        List<Partition> partitions = new ArrayList<>();
        List<Owner> owners = new ArrayList<>();
        for (int index = 0; index < scenario.mostPartitions(); index++) {
            partitions.add(index < scenario.partitionsOf(1) ? opened(index) : Partition.absent(index));
        }
        for (int pod = 0; pod < scenario.pods; pod++) {
            for (Partition partition : partitions) {
                boolean owns = partition.lease().pod() == pod;
                owners.add(
                        owns
                                ? new Owner(pod, partition.index(), 1, 1, null, List.of(), null)
                                : Owner.none(pod, partition.index()));
            }
        }
        Faults faults =
                new Faults(scenario.failures, scenario.crashes, scenario.lapses, scenario.late, scenario.cancels);
        List<Integer> added = Arrays.stream(scenario.before).boxed().toList();
        List<Integer> known = List.copyOf(Collections.nCopies(scenario.producers, 1));
        Shared shared = new Shared(1, 1, added, known, (1 << scenario.pods) - 1, new Outcomes(0, 0, 0), faults, null);
        return new World(shared, List.copyOf(partitions), List.copyOf(owners), List.of());
    }

    /** A partition of the first layout, with the jobs that are there in the beginning: the first of each key, then the second. */
    private Partition opened(int index) {
        Partition partition = Partition.absent(index)
                .with(new PartitionStage(new SealState(1, true), 1, 0))
                .with(new Lease(index % scenario.pods, 1, false));
        int most = Arrays.stream(scenario.jobs).max().orElseThrow();
        for (int number = 0; number < most; number++) {
            for (int key = 0; key < scenario.jobs.length; key++) {
                if (number < scenario.before[key] && scenario.target(key, 1) == index) {
                    partition = partition.plus(new Item.Plain(scenario.job(key, number)));
                }
            }
        }
        for (int job = scenario.plainJobs(); job < scenario.allJobs() && scenario.target(0, 1) == index; job++) {
            partition = partition.withDelayed(Lists.plus(partition.delayed(), job));
        }
        return partition;
    }

    @Override
    public void expand(World world, Successors<World> successors) {
        for (Owner owner : world.owners()) {
            if (world.shared().alive(owner.pod())) {
                pods.expand(world, owner, successors);
            }
        }
        others.expand(world, successors);
    }

    @Override
    public @Nullable String violation(World world) {
        return oracle.violation(world);
    }

    @Override
    public boolean goal(World world) {
        return oracle.goal(world);
    }

    @Override
    public List<Object> parts(World world) {
        return world.parts();
    }

    @Override
    public World state(List<Object> parts) {
        return World.of(parts, scenario.mostPartitions());
    }
}
