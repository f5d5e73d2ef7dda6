package io.qbull.component;

import io.qbull.model.Capacity;
import io.qbull.model.JobFormat;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.Printable;
import io.qbull.model.WhenExhausted;
import java.time.Duration;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;
import org.jspecify.annotations.Nullable;

/**
 * All options of an endpoint, and of the component, where they are the defaults of its endpoints. {@link QbullSettings} checks the
 * values. The class is long because Camel's generator needs a field, a getter and a setter for each option; the setters' comments are
 * the published documentation.
 */
@UriParams
public class QbullConfiguration implements Cloneable {
    /** As a number of partitions: as many as the other processes own. */
    private static final String FAIR_SHARE = "auto";

    @UriParam(label = "common", secret = true)
    private @Nullable String redisUri;

    @UriParam(label = "common")
    private @Nullable String podId;

    @UriParam(label = "common", defaultValue = "16")
    private @Nullable Integer partitions;

    @UriParam(label = "common", defaultValue = "xxh64", enums = "xxh64,qbull-python")
    private KeyHash keyHash = KeyHash.XXH64;

    @UriParam(label = "common,advanced")
    private HeaderFilterStrategy headerFilterStrategy = new QbullHeaderFilterStrategy();

    @UriParam(label = "consumer", defaultValue = "auto")
    private String partitionsPerPod = FAIR_SHARE;

    @UriParam(label = "consumer", defaultValue = "0")
    private int maxPartitionsPerPod;

    @UriParam(label = "consumer", defaultValue = "true")
    private boolean adoptOrphans = true;

    @UriParam(label = "consumer")
    private @Nullable Duration orphanGrace;

    @UriParam(label = "consumer", defaultValue = "15s")
    private Duration leaseTtl = Duration.ofSeconds(15);

    @UriParam(label = "consumer", defaultValue = "30s")
    private Duration drainTimeout = Duration.ofSeconds(30);

    @UriParam(label = "consumer", defaultValue = "60s")
    private Duration stallAfter = Duration.ofSeconds(60);

    @UriParam(label = "consumer", defaultValue = "1")
    private int concurrency = 1;

    @UriParam(label = "consumer", defaultValue = "128")
    private int prefetch = 128;

    @UriParam(label = "consumer", defaultValue = "5ms")
    private Duration commitInterval = Duration.ofMillis(5);

    @UriParam(label = "consumer", defaultValue = "5")
    private int maxAttempts = 5;

    @UriParam(label = "consumer", defaultValue = "24h")
    private Duration retryFor = Duration.ofHours(24);

    @UriParam(label = "consumer", defaultValue = "1s")
    private Duration backoff = Duration.ofSeconds(1);

    @UriParam(label = "consumer", defaultValue = "0")
    private int deadMaxLength;

    @UriParam(label = "consumer", defaultValue = "0")
    private Duration deadMaxAge = Duration.ZERO;

    @UriParam(label = "consumer", defaultValue = "2.0")
    private double backoffMultiplier = 2;

    @UriParam(label = "consumer", defaultValue = "5m")
    private Duration maxBackoff = Duration.ofMinutes(5);

    @UriParam(label = "consumer")
    private @Nullable String retryOn;

    @UriParam(label = "consumer")
    private @Nullable String buryOn;

    @UriParam(label = "consumer", defaultValue = "bury", enums = "bury,hold-key")
    private WhenExhausted whenExhausted = WhenExhausted.BURY;

    @UriParam(label = "consumer", defaultValue = "5")
    private int maxCrashes = 5;

    @UriParam(label = "consumer", defaultValue = "10s")
    private Duration suspectPatience = Duration.ofSeconds(10);

    @UriParam(label = "consumer")
    private @Nullable Duration jobTimeout;

    @UriParam(label = "producer")
    private @Nullable String key;

    @UriParam(label = "producer", defaultValue = "10m")
    private Duration deduplicationWindow = Duration.ofMinutes(10);

    @UriParam(label = "producer", defaultValue = "native", enums = "native,qbull")
    private JobFormat format = JobFormat.NATIVE;

    @UriParam(label = "producer", defaultValue = "1048576")
    private int maxBodySize = 1 << 20;

    @UriParam(label = "producer", defaultValue = "512")
    private int maxKeyLength = 512;

    @UriParam(label = "producer", defaultValue = "500")
    private int batch = 500;

    @UriParam(label = "producer", defaultValue = "10s")
    private Duration enqueueTimeout = Duration.ofSeconds(10);

    @UriParam(label = "producer", defaultValue = "0")
    private int maxBacklog;

    /**
     * @return a configuration of its own with the same values
     */
    public QbullConfiguration copy() {
        try {
            return (QbullConfiguration) clone();
        } catch (CloneNotSupportedException e) {
            throw new RuntimeCamelException(e);
        }
    }

    /** @return see the setter */
    public @Nullable String getRedisUri() {
        return redisUri;
    }

    /**
     * Where the data is: redis://, rediss:// or redis-sentinel:// with user and password if needed; the nodes of a
     * Redis Cluster are separated by commas. Better given once for the component than in endpoint URIs.
     */
    public void setRedisUri(@Nullable String redisUri) {
        this.redisUri = redisUri;
    }

    /** @return see the setter */
    public @Nullable String getPodId() {
        return podId;
    }

    /**
     * The name of this worker process: 1 to 200 characters of A-Z a-z 0-9 _ . : -, different for each process.
     * Default: the host's name and a random part.
     */
    public void setPodId(@Nullable String podId) {
        this.podId = podId;
    }

    /** @return see the setter */
    public @Nullable Integer getPartitions() {
        return partitions;
    }

    /** How many partitions a queue gets when it is created, 1 to 16384. Afterwards the layout in Redis rules. */
    public void setPartitions(@Nullable Integer partitions) {
        this.partitions = partitions;
    }

    /** @return see the setter */
    public KeyHash getKeyHash() {
        return keyHash;
    }

    /**
     * How a key becomes a partition: xxh64 of the key, or qbull-python, as in the original QBull for Python. All producers of a queue
     * must use the same for as long as it has jobs.
     */
    public void setKeyHash(KeyHash keyHash) {
        this.keyHash = keyHash;
    }

    /** @return see the setter */
    public HeaderFilterStrategy getHeaderFilterStrategy() {
        return headerFilterStrategy;
    }

    /** Decides which headers of a message are stored with a job and read back. By default all but Camel's own, in any spelling. */
    public void setHeaderFilterStrategy(HeaderFilterStrategy headerFilterStrategy) {
        this.headerFilterStrategy = headerFilterStrategy;
    }

    /** @return see the setter */
    public String getPartitionsPerPod() {
        return partitionsPerPod;
    }

    /** How many partitions of the queue this process wants to own; auto means as many as the other processes. */
    public void setPartitionsPerPod(String partitionsPerPod) {
        this.partitionsPerPod = partitionsPerPod;
    }

    /**
     * @return the number of {@link #getPartitionsPerPod}; {@link Capacity#FAIR_SHARE} for {@code auto}
     * @throws IllegalArgumentException if it is neither a number that a queue can have nor {@code auto}
     */
    public int wantedPartitions() {
        if (partitionsPerPod.equalsIgnoreCase(FAIR_SHARE)) {
            return Capacity.FAIR_SHARE;
        }
        try {
            int number = Integer.parseInt(partitionsPerPod);
            if (number >= 1 && number <= Layout.MOST_PARTITIONS) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Refused below, as a number out of range is.
        }
        throw new IllegalArgumentException("partitionsPerPod (" + Printable.of(partitionsPerPod) + ") must be "
                + FAIR_SHARE + " or between 1 and " + Layout.MOST_PARTITIONS);
    }

    /** @return see the setter */
    public int getMaxPartitionsPerPod() {
        return maxPartitionsPerPod;
    }

    /** The most partitions that this process owns where all of them want fewer than there are; 0 means all. */
    public void setMaxPartitionsPerPod(int maxPartitionsPerPod) {
        this.maxPartitionsPerPod = maxPartitionsPerPod;
    }

    /** @return see the setter */
    public boolean isAdoptOrphans() {
        return adoptOrphans;
    }

    /** Whether this process also takes partitions beyond partitionsPerPod that no other process takes. */
    public void setAdoptOrphans(boolean adoptOrphans) {
        this.adoptOrphans = adoptOrphans;
    }

    /** @return see the setter */
    public @Nullable Duration getOrphanGrace() {
        return orphanGrace;
    }

    /** How long a partition must be free before it is adopted while other processes live. Default: leaseTtl. */
    public void setOrphanGrace(@Nullable Duration orphanGrace) {
        this.orphanGrace = orphanGrace;
    }

    /** @return see the setter */
    public Duration getLeaseTtl() {
        return leaseTtl;
    }

    /**
     * How long a lease on a partition lives without renewal, and thus how long the partitions of a crashed process stand still. 1 second
     * or more.
     */
    public void setLeaseTtl(Duration leaseTtl) {
        this.leaseTtl = leaseTtl;
    }

    /** @return see the setter */
    public Duration getDrainTimeout() {
        return drainTimeout;
    }

    /**
     * How long suspend and stop wait for jobs in flight before these are abandoned. Keep it below Camel's shutdown timeout, after which
     * a stop abandons them in any case.
     */
    public void setDrainTimeout(Duration drainTimeout) {
        this.drainTimeout = drainTimeout;
    }

    /** @return see the setter */
    public Duration getStallAfter() {
        return stallAfter;
    }

    /** How long a partition that has jobs may stand still before it is reported, with the reason. */
    public void setStallAfter(Duration stallAfter) {
        this.stallAfter = stallAfter;
    }

    /** @return see the setter */
    public int getConcurrency() {
        return concurrency;
    }

    /**
     * How many jobs of a partition run at once, each of another key, 1 to 256. Jobs of one key always run one after another. With 1 the
     * jobs of a partition start in the order in which they were added, whatever their keys.
     */
    public void setConcurrency(int concurrency) {
        this.concurrency = concurrency;
    }

    /** @return see the setter */
    public int getPrefetch() {
        return prefetch;
    }

    /** The most jobs of a partition that wait in memory, 1 to 10000, and at most 1 MB of them. */
    public void setPrefetch(int prefetch) {
        this.prefetch = prefetch;
    }

    /** @return see the setter */
    public Duration getCommitInterval() {
        return commitInterval;
    }

    /** The longest that a finished job waits to be committed together with others; 0 means at once. */
    public void setCommitInterval(Duration commitInterval) {
        this.commitInterval = commitInterval;
    }

    /** @return see the setter */
    public int getMaxAttempts() {
        return maxAttempts;
    }

    /**
     * After how many failures that count a job is given up; whenExhausted says what that means. 0 = never. Failures that may pass by
     * themselves do not count before retryFor is over.
     */
    public void setMaxAttempts(int maxAttempts) {
        this.maxAttempts = maxAttempts;
    }

    /** @return see the setter */
    public Duration getRetryFor() {
        return retryFor;
    }

    /**
     * How long, from a job's first failure, failures that may pass by themselves use no attempt up: I/O, time-outs, refused
     * connections, transient SQL, the HTTP statuses 408, 425, 429 and 5xx, and what retryOn names. 0 = every failure counts.
     */
    public void setRetryFor(Duration retryFor) {
        this.retryFor = retryFor;
    }

    /** @return see the setter */
    public Duration getBackoff() {
        return backoff;
    }

    /**
     * The pause before a failed job runs again. Jobs of its key wait behind it; other keys continue. Up to a fifth of a pause is left
     * out at random.
     */
    public void setBackoff(Duration backoff) {
        this.backoff = backoff;
    }

    /** @return see the setter */
    public int getDeadMaxLength() {
        return deadMaxLength;
    }

    /** The most dead letters of a partition; beyond that the oldest are dropped, a minute after a warning. 0 = any number. */
    public void setDeadMaxLength(int deadMaxLength) {
        this.deadMaxLength = deadMaxLength;
    }

    /** @return see the setter */
    public Duration getDeadMaxAge() {
        return deadMaxAge;
    }

    /** How long a dead letter is kept; then it is dropped, a minute after a warning. 0 = until a person removes it. */
    public void setDeadMaxAge(Duration deadMaxAge) {
        this.deadMaxAge = deadMaxAge;
    }

    /** @return see the setter */
    public double getBackoffMultiplier() {
        return backoffMultiplier;
    }

    /** The factor by which the pause grows with each failure of a job, 1 to 100. */
    public void setBackoffMultiplier(double backoffMultiplier) {
        this.backoffMultiplier = backoffMultiplier;
    }

    /** @return see the setter */
    public Duration getMaxBackoff() {
        return maxBackoff;
    }

    /** The longest pause before a failed job runs again; not less than backoff. */
    public void setMaxBackoff(Duration maxBackoff) {
        this.maxBackoff = maxBackoff;
    }

    /** @return see the setter */
    public @Nullable String getRetryOn() {
        return retryOn;
    }

    /**
     * Names of exception classes and HTTP statuses, separated by commas: these failures, those of a class below and those with such a
     * cause may pass by themselves, besides those that QBull knows: they use no attempt up before retryFor is over.
     */
    public void setRetryOn(@Nullable String retryOn) {
        this.retryOn = retryOn;
    }

    /** @return see the setter */
    public @Nullable String getBuryOn() {
        return buryOn;
    }

    /**
     * Names of exception classes and HTTP statuses, separated by commas: after one of these, or of a class below or with such a cause, a
     * job is buried at once, whatever whenExhausted says. Counts before retryOn. HTTP 4xx but 408, 425 and 429 buries a job unless
     * retryOn names it.
     */
    public void setBuryOn(@Nullable String buryOn) {
        this.buryOn = buryOn;
    }

    /** @return see the setter */
    public WhenExhausted getWhenExhausted() {
        return whenExhausted;
    }

    /**
     * What becomes of a job that has used up its attempts: bury moves it to the dead-letter stream, and its key continues; hold-key keeps
     * it at the head of its key, which waits until a person retries or drops it, while other keys continue.
     */
    public void setWhenExhausted(WhenExhausted whenExhausted) {
        this.whenExhausted = whenExhausted;
    }

    /** @return see the setter */
    public int getMaxCrashes() {
        return maxCrashes;
    }

    /** How many processes a job may crash before it is buried, 2 or more. */
    public void setMaxCrashes(int maxCrashes) {
        this.maxCrashes = maxCrashes;
    }

    /** @return see the setter */
    public Duration getSuspectPatience() {
        return suspectPatience;
    }

    /**
     * How long a job that may have crashed a process runs alone. Such jobs run one at a time in the whole process, across its queues; one
     * that runs for longer lets others go on, and a crash then counts against none of them. Its patience doubles with each such crash.
     */
    public void setSuspectPatience(Duration suspectPatience) {
        this.suspectPatience = suspectPatience;
    }

    /** @return see the setter */
    public @Nullable Duration getJobTimeout() {
        return jobTimeout;
    }

    /**
     * How long a run of a job may take before it counts as failed. A run that blocks its thread is interrupted; how it ends later is
     * ignored, and it may still be running when the job runs again. Default: no limit.
     */
    public void setJobTimeout(@Nullable Duration jobTimeout) {
        this.jobTimeout = jobTimeout;
    }

    /** @return see the setter */
    public @Nullable String getKey() {
        return key;
    }

    /**
     * The key of a job, as an expression of the Simple language such as ${header.to}. Default: the header
     * CamelQbullKey.
     */
    public void setKey(@Nullable String key) {
        this.key = key;
    }

    /** @return see the setter */
    public Duration getDeduplicationWindow() {
        return deduplicationWindow;
    }

    /**
     * How long a job id that a caller gave is remembered, so that a second job with it is not added; 0 switches
     * deduplication off.
     */
    public void setDeduplicationWindow(Duration deduplicationWindow) {
        this.deduplicationWindow = deduplicationWindow;
    }

    /** @return see the setter */
    public JobFormat getFormat() {
        return format;
    }

    /**
     * How jobs are written: native, or qbull, which consumers of the original QBull for Python can read. With qbull a body must be a JSON
     * object; headers and content type are not stored.
     */
    public void setFormat(JobFormat format) {
        this.format = format;
    }

    /** @return see the setter */
    public int getMaxBodySize() {
        return maxBodySize;
    }

    /** The largest body in bytes. */
    public void setMaxBodySize(int maxBodySize) {
        this.maxBodySize = maxBodySize;
    }

    /** @return see the setter */
    public int getMaxKeyLength() {
        return maxKeyLength;
    }

    /** The longest key in bytes of UTF-8. */
    public void setMaxKeyLength(int maxKeyLength) {
        this.maxKeyLength = maxKeyLength;
    }

    /** @return see the setter */
    public int getBatch() {
        return batch;
    }

    /** The most jobs that travel to Redis in one call, 1 to 500. */
    public void setBatch(int batch) {
        this.batch = batch;
    }

    /** @return see the setter */
    public Duration getEnqueueTimeout() {
        return enqueueTimeout;
    }

    /** How long the producer waits for the answer of Redis. */
    public void setEnqueueTimeout(Duration enqueueTimeout) {
        this.enqueueTimeout = enqueueTimeout;
    }

    /** @return see the setter */
    public int getMaxBacklog() {
        return maxBacklog;
    }

    /**
     * The most jobs that may wait in the queue: a partition that has its share, maxBacklog / partitions rounded up, takes no more until
     * some of its jobs are done. Checked once for each call to Redis, so it can be exceeded by up to 500 jobs. 0 = any number.
     */
    public void setMaxBacklog(int maxBacklog) {
        this.maxBacklog = maxBacklog;
    }
}
