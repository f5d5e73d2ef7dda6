package io.qbull.springboot;

import io.qbull.component.QbullComponent;
import io.qbull.component.QbullConfiguration;
import io.qbull.model.NearName;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.camel.spi.PropertyConfigurerGetter;
import org.apache.camel.support.PropertyBindingSupport;

/** Sets options of a component by name, by the rules that Camel itself has for values. */
final class OptionBinding {
    private final QbullComponent component;

    /**
     * @param component whose options are set; it has its context
     */
    OptionBinding(QbullComponent component) {
        this.component = component;
    }

    /**
     * @param property the name as the user wrote it
     * @param plain the option's name in lower-case letters and digits alone
     * @param value text, a placeholder or a reference such as {@code #bean:name}
     * @throws IllegalArgumentException if there is no such option
     */
    void set(String property, String plain, String value) {
        PropertyConfigurerGetter configurer = (PropertyConfigurerGetter) component.getComponentPropertyConfigurer();
        if (configurer.getOptionType(plain, true) == null) {
            throw new IllegalArgumentException(
                    property + " is not an option of qbull" + NearName.hint(plain, options()));
        }
        PropertyBindingSupport.build()
                .withConfigurer(component.getComponentPropertyConfigurer())
                .withIgnoreCase(true)
                .withMandatory(true)
                .bind(component.getCamelContext(), component, plain, value);
    }

    /** All options, spelled as properties of Spring Boot. */
    private static List<String> options() {
        return Stream.of(QbullConfiguration.class, QbullComponent.class)
                .flatMap(type -> Arrays.stream(type.getMethods()))
                .filter(method -> method.getName().startsWith("set") && method.getParameterCount() == 1)
                .map(method -> method.getName().substring(3, 4).toLowerCase(Locale.ROOT)
                        + method.getName().substring(4))
                .map(name -> name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT))
                .sorted()
                .toList();
    }
}
