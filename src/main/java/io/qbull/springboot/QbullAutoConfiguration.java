package io.qbull.springboot;

import io.qbull.component.QbullComponent;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.camel.spi.ComponentCustomizer;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * Sets the component's options from {@code camel.component.qbull.OPTION}, in any spelling that Spring Boot accepts. An unknown
 * option stops the start. {@code camel.component.qbull.enabled=false} switches this off.
 */
@AutoConfiguration
@ConditionalOnClass(ComponentCustomizer.class)
@ConditionalOnProperty(
        prefix = QbullAutoConfiguration.PREFIX,
        name = {"enabled", "customizer.enabled"},
        matchIfMissing = true)
public class QbullAutoConfiguration {
    static final String PREFIX = "camel.component.qbull";

    /** Spring Boot makes it. */
    QbullAutoConfiguration() {}

    /**
     * Camel calls the customizer when it creates the component, before it creates an endpoint.
     *
     * @param environment the properties of the application
     * @return sets the options
     */
    @Bean
    ComponentCustomizer qbullOptionsCustomizer(Environment environment) {
        return ComponentCustomizer.forType(QbullComponent.class, component -> configure(component, environment));
    }

    private static void configure(QbullComponent component, Environment environment) {
        Map<String, String> given = Binder.get(environment)
                .bind(PREFIX, Bindable.mapOf(String.class, String.class))
                .orElse(Map.of());
        OptionBinding options = new OptionBinding(component);
        // The conditions above have read these two switches, which are not options.
        Set<String> decided = new HashSet<>(Set.of("enabled", "customizerenabled"));
        given.forEach((name, value) -> {
            String plain = plain(name);
            // The binder lists a name once for each spelling, that of the strongest source first.
            if (decided.add(plain)) {
                options.set(PREFIX + "." + name, plain, value);
            }
        });
    }

    /** {@code redis-uri}, {@code redisUri} and the {@code redis.uri} that a variable {@code …_REDIS_URI} becomes are one option. */
    private static String plain(String name) {
        return name.replaceAll("[^A-Za-z0-9]", "").toLowerCase(Locale.ROOT);
    }
}
