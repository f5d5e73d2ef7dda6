package io.qbull.testing;

import java.util.ArrayList;
import java.util.List;

/** Writes a queue with dead letters to Redis directly, as the key table describes it, without the code under test. */
public final class BuriedJobs {
    private final Resp resp;
    private final String queue;

    /**
     * Creates the queue.
     *
     * @param resp where
     * @param queue its name
     * @param partitions how many
     */
    public BuriedJobs(Resp resp, String queue, int partitions) {
        this.resp = resp;
        this.queue = queue;
        resp.call("HSET", "{" + queue + "}:layout", "version", "1", "partitions", Integer.toString(partitions));
        for (int index = 0; index < partitions; index++) {
            resp.call("SET", "{" + queue + ":" + index + "}:seal", "1 open");
        }
    }

    /**
     * @param partition its partition
     * @param id of the job
     * @param key of the job
     * @param body characters stand for bytes
     * @param reason why it was buried
     * @param more fields of the job with their values
     * @return its place
     */
    public String add(int partition, String id, String key, String body, String reason, String... more) {
        List<String> command = new ArrayList<>(List.of("XADD", stream(partition), "*", "id", id, "key", key));
        command.addAll(List.of("ts", "1700000000000", "body", body));
        command.addAll(List.of(more));
        command.addAll(List.of("reason", reason, "exception", "", "attempts", "5"));
        command.addAll(List.of("failed_at", "1700000060000", "epoch", "17"));
        return partition + "@" + resp.text(command.toArray(String[]::new));
    }

    /**
     * @param partition its index
     * @return the ids of the jobs among its dead letters, in order
     */
    public List<String> dead(int partition) {
        return ids(stream(partition));
    }

    /**
     * @param partition its index
     * @return the ids of its jobs, in order
     */
    public List<String> waiting(int partition) {
        return ids(queue + ":" + partition);
    }

    private List<String> ids(String stream) {
        return resp.list("XRANGE", stream, "-", "+").stream()
                .map(entry -> String.valueOf(((List<?>) ((List<?>) entry).get(1)).get(1)))
                .toList();
    }

    private String stream(int partition) {
        return "{" + queue + ":" + partition + "}:dead";
    }
}
