package io.qbull.resize.search;

import io.qbull.model.Resize;
import io.qbull.resize.ResizePlan;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/** A situation to search: a few jobs of a few keys, one or more resizes, and how much may go wrong. Set up before it is used. */
final class Scenario {
    final String name;
    int[] partitions = {1, 2};
    /** Of each key its hash; how many jobs it has; and how many of them are there in the beginning. */
    int[] hashes = {0, 1};

    int[] jobs = {2, 2};
    int[] before = {1, 1};
    /** Delayed jobs of the first key. */
    int delayed;

    int producers = 1;
    int pods = 2;
    /** Partitions that a pod takes; a pod keeps an idle one unless this is small. */
    int capacity = Integer.MAX_VALUE;

    int pageSize = 2;
    /** Jobs that a pod runs at once in a partition. */
    int concurrency = 1;
    /** A job runs and is committed, or fails and is parked, in one step. */
    boolean wholeJobs = true;
    /** The steps of a resize come in any order in which they may. */
    boolean anyOrder;
    /** A start deletes the marker, and nobody takes a partition that has nothing to do: fewer states. */
    boolean lean;

    int failures = 1;
    int crashes;
    int lapses;
    int cancels;
    /** Scripts whose reply is lost, and which of them. */
    int late;

    Set<Script.Kind> mayBeLate =
            EnumSet.of(Script.Kind.COPY, Script.Kind.PAGE, Script.Kind.TELL, Script.Kind.UNPACK, Script.Kind.STEP);
    final Set<Flaw> flaws = EnumSet.noneOf(Flaw.class);

    Scenario(String name) {
        this.name = name;
    }

    Scenario partitions(int... numbers) {
        partitions = numbers;
        return this;
    }

    /** Each row is a key: its hash, its jobs, those of them that are there in the beginning. */
    Scenario keys(int[]... keys) {
        hashes = Arrays.stream(keys).mapToInt(key -> key[0]).toArray();
        jobs = Arrays.stream(keys).mapToInt(key -> key[1]).toArray();
        before = Arrays.stream(keys).mapToInt(key -> key[2]).toArray();
        return this;
    }

    static int[] key(int hash, int jobs, int before) {
        return new int[] {hash, jobs, before};
    }

    /** How often it may happen that a job fails, a pod crashes, a lease lapses while its pod is paused, a script is late. */
    Scenario faults(int failing, int crashing, int lapsing, int beingLate) {
        failures = failing;
        crashes = crashing;
        lapses = lapsing;
        late = beingLate;
        return this;
    }

    Scenario late(Script.Kind... kinds) {
        mayBeLate = EnumSet.copyOf(Arrays.asList(kinds));
        return this;
    }

    Scenario delayed(int number, int cancelled) {
        delayed = number;
        cancels = cancelled;
        return this;
    }

    Scenario jobsInSteps(int atOnce) {
        wholeJobs = false;
        concurrency = atOnce;
        return this;
    }

    Scenario producers(int number) {
        producers = number;
        return this;
    }

    Scenario capacity(int number) {
        capacity = number;
        return this;
    }

    Scenario pages(int size) {
        pageSize = size;
        return this;
    }

    Scenario anyOrder() {
        anyOrder = true;
        return this;
    }

    Scenario lean() {
        lean = true;
        return this;
    }

    Scenario without(Flaw... left) {
        flaws.addAll(Arrays.asList(left));
        return this;
    }

    boolean has(Flaw flaw) {
        return flaws.contains(flaw);
    }

    int mostPartitions() {
        int most = 0;
        for (int number : partitions) {
            most = Math.max(most, number);
        }
        return most;
    }

    /** Layout versions count from 1. */
    int lastVersion() {
        return partitions.length;
    }

    int partitionsOf(int version) {
        return partitions[version - 1];
    }

    ResizePlan plan(int version) {
        return new ResizePlan(new Resize(version, partitionsOf(version - 1), partitionsOf(version)));
    }

    /** The jobs of a key are numbered on; delayed ones come after all others. */
    int job(int key, int number) {
        int job = number;
        for (int earlier = 0; earlier < key; earlier++) {
            job += jobs[earlier];
        }
        return job;
    }

    int plainJobs() {
        return job(jobs.length, 0);
    }

    int allJobs() {
        return plainJobs() + delayed;
    }

    boolean isDelayed(int job) {
        return job >= plainJobs();
    }

    int keyOf(int job) {
        int key = 0;
        while (!isDelayed(job) && job >= job(key, jobs[key])) {
            key++;
        }
        return key;
    }

    int numberOf(int job) {
        return job - job(keyOf(job), 0);
    }

    long hashOf(int job) {
        return hashes[keyOf(job)];
    }

    int target(int key, int version) {
        return hashes[key] % partitionsOf(version);
    }

    @Override
    public String toString() {
        return name;
    }

    String text(int job) {
        char letter = (char) ('a' + keyOf(job));
        return letter + (isDelayed(job) ? "D" : Integer.toString(numberOf(job) + 1));
    }
}
