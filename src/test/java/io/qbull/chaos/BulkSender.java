package io.qbull.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Sends many jobs in a request, which is a source of its own. */
final class BulkSender extends Sender {
    private static final int LINES = 25;
    private static final int KEYS = 60;

    private final String name;

    /**
     * @param name begins its keys
     * @param queues to which it sends in turn
     * @param crew the pods
     * @param random chooses keys and pods
     * @param perSecond jobs, about
     */
    BulkSender(String name, List<String> queues, Crew crew, Random random, int perSecond) {
        this(
                name,
                queues,
                crew,
                random,
                Duration.ofSeconds(1).multipliedBy(LINES).dividedBy(perSecond));
    }

    private BulkSender(String name, List<String> queues, Crew crew, Random random, Duration pause) {
        super(queues, new Client(crew, random, pause), random, pause.toNanos());
        this.name = name;
    }

    @Override
    List<Job> send(String queue) {
        StringBuilder lines = new StringBuilder();
        List<Job> jobs = new ArrayList<>();
        Map<String, Integer> next = new HashMap<>();
        for (int i = 0; i < LINES; i++) {
            String key = name + random.nextInt(KEYS);
            int seq = next.merge(key, next(queue, key), (last, first) -> last + 1);
            Job job = new Job(queue, key, seq, 0);
            jobs.add(job);
            lines.append(String.format("{\"key\":\"%s\",\"body\":\"%s\"}%n", key, job.body()));
        }
        client.send("/queues/" + queue + "/jobs", "application/x-ndjson", lines.toString(), proof());
        return jobs;
    }

    /** What is new and what is known of an earlier attempt are all lines together. */
    private static String proof() {
        List<String> ways = new ArrayList<>();
        for (int added = 0; added <= LINES; added++) {
            ways.add("\"accepted\":" + added + ",\"duplicates\":" + (LINES - added) + ",");
        }
        return String.join("|", ways);
    }
}
