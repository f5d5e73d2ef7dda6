package io.qbull.springboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.qbull.component.QbullComponent;
import io.qbull.component.QbullConfiguration;
import io.qbull.model.WhenExhausted;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.ComponentCustomizer;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** Without Camel's starter: a Spring context with nothing but our configuration, and a Camel context that has its beans. */
class QbullAutoConfigurationTest {
    private static QbullConfiguration options(PropertySource<?> properties) throws Exception {
        return component(properties).getConfiguration();
    }

    private static QbullConfiguration options(Map<String, Object> properties) throws Exception {
        return options(new MapPropertySource("test", properties));
    }

    /** The first source is the strongest. */
    private static QbullComponent component(PropertySource<?>... properties) throws Exception {
        try (AnnotationConfigApplicationContext spring = new AnnotationConfigApplicationContext();
                DefaultCamelContext camel = new DefaultCamelContext()) {
            for (int i = properties.length - 1; i >= 0; i--) {
                spring.getEnvironment().getPropertySources().addFirst(properties[i]);
            }
            spring.register(QbullAutoConfiguration.class);
            spring.refresh();
            spring.getBeansOfType(ComponentCustomizer.class)
                    .forEach((name, bean) -> camel.getRegistry().bind(name, bean));
            return camel.getComponent("qbull", QbullComponent.class);
        }
    }

    @Test
    void kebab_case_and_camel_case_both_set_options() throws Exception {
        QbullConfiguration options = options(Map.of(
                "camel.component.qbull.redis-uri", "redis://here:1",
                "camel.component.qbull.leaseTtl", "1m30s",
                "camel.component.qbull.partitions-per-pod", "7",
                "camel.component.qbull.when-exhausted", "hold-key"));
        assertThat(options.getRedisUri()).isEqualTo("redis://here:1");
        assertThat(options.getLeaseTtl()).isEqualTo(Duration.ofSeconds(90));
        assertThat(options.getPartitionsPerPod()).isEqualTo("7");
        assertThat(options.getWhenExhausted()).isEqualTo(WhenExhausted.HOLD_KEY);
    }

    @Test
    void options_of_the_component_itself_are_set_too() throws Exception {
        Map<String, Object> properties = Map.of("camel.component.qbull.health-check-consumer-enabled", "false");
        assertThat(component(new MapPropertySource("test", properties)).isHealthCheckConsumerEnabled())
                .isFalse();
    }

    @Test
    void the_environment_sets_options() throws Exception {
        QbullConfiguration options = options(new SystemEnvironmentPropertySource(
                "test-systemEnvironment",
                Map.of(
                        "CAMEL_COMPONENT_QBULL_REDIS_URI", "redis://here:2",
                        "CAMEL_COMPONENT_QBULL_LEASETTL", "20s")));
        assertThat(options.getRedisUri()).isEqualTo("redis://here:2");
        assertThat(options.getLeaseTtl()).isEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void the_environment_wins_over_a_file_that_spells_an_option_differently() throws Exception {
        PropertySource<?> environment = new SystemEnvironmentPropertySource(
                "test-systemEnvironment", Map.of("CAMEL_COMPONENT_QBULL_REDIS_URI", "redis://environment:1"));
        for (String spelling : List.of("redisUri", "redis-uri")) {
            PropertySource<?> file =
                    new MapPropertySource("file", Map.of("camel.component.qbull." + spelling, "redis://file:1"));
            assertThat(component(environment, file).getConfiguration().getRedisUri())
                    .as(spelling)
                    .isEqualTo("redis://environment:1");
        }
    }

    @Test
    void an_unknown_option_is_refused_with_the_nearest_name() {
        assertThatThrownBy(() -> options(Map.of("camel.component.qbull.redis-url", "redis://here:1")))
                .hasStackTraceContaining(
                        "camel.component.qbull.redis-url is not an option of qbull; did you mean redis-uri?");
        assertThatThrownBy(() -> options(Map.of("camel.component.qbull.colour", "red")))
                .hasStackTraceContaining("camel.component.qbull.colour is not an option of qbull");
    }

    @Test
    void a_wrong_value_is_refused() {
        assertThatThrownBy(() -> options(Map.of("camel.component.qbull.prefetch", "many")))
                .hasStackTraceContaining("prefetch");
    }

    @Test
    void the_configuration_can_be_switched_off() throws Exception {
        QbullConfiguration options = options(
                Map.of("camel.component.qbull.enabled", "false", "camel.component.qbull.redis-uri", "redis://here:1"));
        assertThat(options.getRedisUri()).isNull();
        assertThat(options(Map.of("camel.component.qbull.enabled", "true", "camel.component.qbull.batch", "9"))
                        .getBatch())
                .isEqualTo(9);
    }

    @Test
    void spring_boot_finds_the_configuration_by_its_list() throws IOException {
        String list = "/META-INF/spring/org.springframework.boot.autoconfigure.AutoConfiguration.imports";
        try (InputStream file = Objects.requireNonNull(QbullAutoConfiguration.class.getResourceAsStream(list));
                BufferedReader lines = new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8))) {
            assertThat(lines.lines()).contains(QbullAutoConfiguration.class.getName());
        }
    }
}
