package io.qbull.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.qbull.engine.QueueNode;
import io.qbull.engine.QueueNodes;
import io.qbull.model.KeyHash;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.camel.ResolveEndpointFailedException;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QbullConfigurationTest extends QbullTestSupport {
    private static final String ALL = "qbull:ORDERS?redisUri=redis://h:1&podId=p-1&partitions=8&keyHash=qbull-python"
            + "&partitionsPerPod=2&maxPartitionsPerPod=6&adoptOrphans=false&orphanGrace=20s&leaseTtl=3s&drainTimeout=7s"
            + "&stallAfter=2m&concurrency=4&deadMaxLength=7&deadMaxAge=3h&prefetch=9&commitInterval=0&maxAttempts=3&retryFor=2h"
            + "&backoff=250&backoffMultiplier=1.5&maxBackoff=90s&retryOn=java.io.IOException,404&buryOn=java.lang.Error"
            + "&whenExhausted=hold-key&maxCrashes=4&suspectPatience=6s&jobTimeout=8s&deduplicationWindow=1h&maxBodySize=99"
            + "&maxKeyLength=44&format=qbull&batch=17&enqueueTimeout=PT4S&maxBacklog=11&key=${header.to}";

    private QbullEndpoint endpoint(String uri) {
        return context.getEndpoint(uri, QbullEndpoint.class);
    }

    @Test
    void the_memory_for_jobs_is_limited_while_the_component_runs() {
        long before = QueueNodes.prefetchMemory();
        QbullComponent limited = limited(12_345);
        assertThat(QueueNodes.prefetchMemory()).isEqualTo(before);
        limited.start();
        assertThat(QueueNodes.prefetchMemory()).isEqualTo(12_345);
        limited.stop();
        assertThat(QueueNodes.prefetchMemory()).isEqualTo(before);
        assertThatThrownBy(limited(0)::start).hasMessageContaining("prefetchMemory (0) must be at least 1");
    }

    private QbullComponent limited(long bytes) {
        QbullComponent limited = new QbullComponent();
        limited.setCamelContext(context);
        limited.setPrefetchMemory(bytes);
        return limited;
    }

    @Test
    void every_option_of_a_uri_reaches_the_engine() {
        QbullConfiguration options = endpoint(ALL).getConfiguration();

        QueueNode.Consumption consumption = QbullSettings.consumption(options);
        assertThat(consumption.toString())
                .contains("partitionsPerPod=2", "maxPartitionsPerPod=6", "adoptOrphans=false", "orphanGrace=PT20S")
                .contains("leaseTtl=PT3S", "drainTimeout=PT7S", "stallAfter=PT2M", "prefetch=9", "commitInterval=PT0S")
                .contains(
                        "prefetchBytes=1048576",
                        "maxAttempts=3",
                        "retryFor=PT2H",
                        "backoff=PT0.25S",
                        "multiplier=1.5",
                        "maxBackoff=PT1M30S")
                .contains("whenExhausted=HOLD_KEY", "maxCrashes=4", "suspectPatience=PT6S", "jobTimeout=PT8S")
                .contains("dead=DeadLimits[maxLength=7, maxAge=PT3H]");
        assertThat(QbullSettings.enqueue(options).toString())
                .contains("deduplicationWindow=PT1H", "maxBodySize=99", "maxKeyLength=44", "batch=17")
                .contains("format=QBULL", "enqueueTimeout=PT4S", "maxBacklog=11");
        assertThat(FailureRules.of(options, context))
                .isEqualTo(new FailureRules(
                        context,
                        new NamedFailures(List.of(IOException.class), List.of(404)),
                        new NamedFailures(List.of(Error.class), List.of())));
        assertThat(options.getRedisUri()).isEqualTo("redis://h:1");
        assertThat(options.getPodId()).isEqualTo("p-1");
        assertThat(options.getPartitions()).isEqualTo(8);
        assertThat(options.getKeyHash()).isEqualTo(KeyHash.QBULL_PYTHON);
        assertThat(options.getKey()).isEqualTo("${header.to}");
    }

    @Test
    void defaults_are_those_of_the_design() {
        QbullConfiguration options = endpoint("qbull:ORDERS").getConfiguration();

        assertThat(QbullSettings.consumption(options).toString())
                .contains("partitionsPerPod=0", "maxPartitionsPerPod=16384", "adoptOrphans=true", "orphanGrace=PT15S")
                .contains("leaseTtl=PT15S", "drainTimeout=PT30S", "stallAfter=PT1M", "prefetch=128")
                .contains(
                        "commitInterval=PT0.005S",
                        "maxAttempts=5",
                        "retryFor=PT24H",
                        "backoff=PT1S",
                        "multiplier=2.0",
                        "maxBackoff=PT5M")
                .contains("whenExhausted=BURY", "maxCrashes=5", "suspectPatience=PT10S", "jobTimeout=PT0S")
                .contains("dead=DeadLimits[maxLength=0, maxAge=PT0S]");
        assertThat(options.getConcurrency()).isOne();
        assertThat(FailureRules.of(options, context))
                .isEqualTo(new FailureRules(
                        context, new NamedFailures(List.of(), List.of()), new NamedFailures(List.of(), List.of())));
        assertThat(QbullSettings.enqueue(options).toString())
                .contains("deduplicationWindow=PT10M", "maxBodySize=1048576", "maxKeyLength=512", "batch=500")
                .contains("format=NATIVE", "enqueueTimeout=PT10S", "maxBacklog=0");
        assertThat(component.pod(options).value()).matches(".+-[0-9a-f]{8}");
    }

    @ParameterizedTest
    @CsvSource({
        "xxh64, XXH64",
        "XXH64, XXH64",
        "qbull-python, QBULL_PYTHON",
        "Qbull-Python, QBULL_PYTHON",
        "QBULL-PYTHON, QBULL_PYTHON",
        "QBULL_PYTHON, QBULL_PYTHON"
    })
    void the_key_hash_is_spelled_as_documented_in_any_case(String spelt, KeyHash meant) {
        assertThat(endpoint("qbull:ORDERS?keyHash=" + spelt).getConfiguration().getKeyHash())
                .isEqualTo(meant);
    }

    @Test
    void the_component_gives_its_endpoints_their_defaults_and_is_not_changed_by_them() {
        component.getConfiguration().setLeaseTtl(Duration.ofSeconds(3));

        assertThat(endpoint("qbull:A").getConfiguration().getLeaseTtl()).hasSeconds(3);
        assertThat(endpoint("qbull:B?leaseTtl=5s").getConfiguration().getLeaseTtl())
                .hasSeconds(5);
        assertThat(component.getConfiguration().getLeaseTtl()).hasSeconds(3);
    }

    @Test
    void orphan_grace_follows_the_lease() {
        QbullConfiguration options = endpoint("qbull:A?leaseTtl=4s").getConfiguration();

        assertThat(QbullSettings.consumption(options).lease().orphanGrace()).hasSeconds(4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "leaseTtl=1             | leaseTtl (PT0.001S) must be at least PT1S",
                "leaseTtl=999ms         | leaseTtl (PT0.999S) must be at least PT1S",
                "partitionsPerPod=0     | partitionsPerPod (0) must be auto or between 1 and 16384",
                "partitionsPerPod=few   | partitionsPerPod (few) must be auto or between 1 and 16384",
                "partitionsPerPod=4&maxPartitionsPerPod=3 | maxPartitionsPerPod (3) must be at least partitionsPerPod (4)",
                "maxPartitionsPerPod=-1 | maxPartitionsPerPod (-1) must be between 1 and 16384",
                "orphanGrace=-1         | orphanGrace (PT-0.001S) must be at least PT0S",
                "prefetch=0             | prefetch (0) must be between 1 and 10000",
                "maxAttempts=-1         | maxAttempts (-1) must be between 0 and 1000000",
                "retryFor=-1            | retryFor (PT-0.001S) must be at least PT0S",
                "suspectPatience=0      | suspectPatience (PT0S) must be between PT0.001S and PT8760H",
                "backoff=-1             | backoff (PT-0.001S) must be at least PT0S",
                "backoffMultiplier=0.5  | backoffMultiplier (0.5) must be between 1.0 and 100.0",
                "backoffMultiplier=NaN  | backoffMultiplier (NaN) must be between 1.0 and 100.0",
                "maxBackoff=999ms       | maxBackoff (PT0.999S) must be at least backoff (PT1S)",
                "maxCrashes=1           | maxCrashes (1) must be between 2 and 1000000",
                "whenExhausted=x        | whenExhausted",
                "jobTimeout=-1          | jobTimeout (PT-0.001S) must be at least PT0S",
                "retryOn=com.acme.Gone  | retryOn (com.acme.Gone) must name classes of exceptions on the class path",
                "buryOn=java.lang.String| buryOn (java.lang.String) must name classes of exceptions on the class path",
                "deadMaxLength=-1       | deadMaxLength (-1) must be between 0 and 2147483647",
                "deadMaxAge=-1          | deadMaxAge (PT-0.001S) must be at least PT0S",
                "stallAfter=0           | stallAfter (PT0S) must be at least PT0.001S",
                "batch=501              | batch (501) must be between 1 and 500",
                "maxBacklog=-1          | maxBacklog (-1) must be between 0 and 2147483647",
                "maxKeyLength=0         | maxKeyLength (0) must be between 1 and 65536",
                "partitions=0           | partitions (0) must be between 1 and 16384",
                "podId=a b              | pod id 'a b' must be 1 to 200 characters",
                "redisUri=              | redisUri must be set",
                "enqueueTimeout=soon    | enqueueTimeout",
                "keyHash=md5            | keyHash",
                "format=xml             | format",
                "leaseTTTl=1s           | leaseTTTl",
                "concurrency=257        | concurrency (257) must be between 1 and 256",
                "concurrency=0          | concurrency (0) must be between 1 and 256",
            })
    void a_wrong_option_is_refused_with_name_value_and_rule(String option, String message) {
        assertThatThrownBy(() -> endpoint("qbull:ORDERS?" + option))
                .isInstanceOf(ResolveEndpointFailedException.class)
                .hasStackTraceContaining(message);
    }

    @Test
    void a_wrong_queue_name_is_refused() {
        assertThatThrownBy(() -> endpoint("qbull:{evil}"))
                .hasStackTraceContaining("queue name '{evil}' must be 1 to 100 characters of A-Z a-z 0-9 _ . -");
    }

    @ParameterizedTest
    @CsvSource({
        "redis://u:s3cret@h:1",
        "RAW(redis://u:s3cret@h:1)",
        "'redis://u:s3cret@h:1,redis://u:s3cret@h:2'",
        "RAW(redis://:s3cret%2C@h:1)"
    })
    void neither_endpoint_uris_nor_services_show_a_redis_uri(String redisUri) {
        QbullEndpoint endpoint = endpoint("qbull:ORDERS?redisUri=" + redisUri + "&leaseTtl=2s");

        assertThat(endpoint.getEndpointUri()).doesNotContain("s3cret").contains("leaseTtl=2s");
        assertThat(endpoint.toString()).doesNotContain("s3cret");
        assertThat(endpoint.getServiceUrl()).startsWith("redis://h:1").doesNotContain("s3cret");
        assertThat(endpoint.getServiceMetadata()).isEqualTo(Map.of("queue", "ORDERS"));
        assertThat(endpoint.nodeKey().toString()).doesNotContain("s3cret");
    }

    @Test
    void endpoints_of_different_servers_stay_different() {
        QbullEndpoint one = endpoint("qbull:ORDERS?redisUri=redis://u:a@h");
        QbullEndpoint other = endpoint("qbull:ORDERS?redisUri=redis://u:b@h");

        assertThat(one).isNotEqualTo(other);
        assertThat(endpoint("qbull:ORDERS?redisUri=redis://u:a@h")).isSameAs(one);
    }

    @Test
    void a_sentinel_address_is_shown_without_its_secrets() {
        assertThat(RedisAddress.withoutSecrets("redis-sentinel://:a,b@s1:1,s2:2/0?sentinelMasterId=m#x"))
                .isEqualTo("redis-sentinel://s1:1,s2:2/0");
        assertThat(RedisAddress.withoutSecrets("redis://h")).isEqualTo("redis://h");
    }

    @Test
    void a_refused_endpoint_does_not_show_the_password() {
        for (String redisUri : List.of("RAW(redis://u:s3cret@h:1)", "redis://u:s3cret@h:1")) {
            for (String wrong : List.of("&leaseTtl=1", "&nonsense=1")) {
                assertThatThrownBy(() -> endpoint("qbull:ORDERS?redisUri=" + redisUri + wrong))
                        .satisfies(e -> assertThat(Throwables.getStackTrace(e)).doesNotContain("s3cret"));
            }
        }
    }
}
