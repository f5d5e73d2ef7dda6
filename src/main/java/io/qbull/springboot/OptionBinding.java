package io.qbull.springboot;

import io.qbull.component.QbullComponent;
import io.qbull.component.QbullConfiguration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.camel.spi.PropertyConfigurerGetter;
import org.apache.camel.support.PropertyBindingSupport;

/** Sets options of a component by name, by the rules that Camel itself has for values. */
final class OptionBinding {
    /** More wrong letters than these are another word, not a slip. */
    private static final int MOST_SLIPS = 3;

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
            throw new IllegalArgumentException(property + " is not an option of qbull"
                    + nearest(plain).map(name -> "; did you mean " + name + "?").orElse(""));
        }
        PropertyBindingSupport.build()
                .withConfigurer(component.getComponentPropertyConfigurer())
                .withIgnoreCase(true)
                .withMandatory(true)
                .bind(component.getCamelContext(), component, plain, value);
    }

    private static Optional<String> nearest(String plain) {
        return options().stream()
                .filter(name -> slips(plain, name.toLowerCase(Locale.ROOT)) <= MOST_SLIPS)
                .min(Comparator.comparingInt(name -> slips(plain, name.toLowerCase(Locale.ROOT))))
                .map(name -> name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT));
    }

    private static List<String> options() {
        return Stream.of(QbullConfiguration.class, QbullComponent.class)
                .flatMap(type -> Arrays.stream(type.getMethods()))
                .filter(method -> method.getName().startsWith("set") && method.getParameterCount() == 1)
                .map(method -> method.getName().substring(3, 4).toLowerCase(Locale.ROOT)
                        + method.getName().substring(4))
                .sorted()
                .toList();
    }

    /** The Levenshtein distance: how many letters to add, drop or change. */
    private static int slips(String one, String other) {
        int[] row = new int[other.length() + 1];
        Arrays.setAll(row, index -> index);
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int change = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[other.length()];
    }
}
