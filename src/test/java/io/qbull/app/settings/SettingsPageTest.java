package io.qbull.app.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The tables of {@code docs/settings.md}, and the file in which the settings stand. */
class SettingsPageTest {
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([A-Z_]+)` \\| ([^|]+) \\|");

    private static Map<String, String> documented() throws IOException {
        Map<String, String> defaults = new LinkedHashMap<>();
        Matcher row = ROW.matcher(Files.readString(Path.of("docs/settings.md")));
        while (row.find()) {
            assertThat(defaults.put(row.group(1), row.group(2).replace("`", "")))
                    .isNull();
        }
        return defaults;
    }

    @Test
    void the_documented_settings_are_those_that_exist() throws IOException {
        assertThat(documented().keySet())
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Setting.values()).map(Setting::variable).toList());
    }

    @ParameterizedTest
    @EnumSource
    void a_documented_default_is_the_one_that_counts(Setting setting) throws IOException {
        String documented = documented().getOrDefault(setting.variable(), "");

        if (setting.preset().isEmpty()) {
            assertThat(documented).isIn("none", "the embedded Redis", "host name and a random part");
        } else {
            assertThat(documented).isEqualTo(setting.preset());
        }
    }

    @ParameterizedTest
    @EnumSource
    void the_name_in_the_file_follows_from_the_variable_as_documented(Setting setting) {
        String[] words = setting.variable()
                .replaceFirst("^QBULL_", "")
                .toLowerCase(Locale.ROOT)
                .split("_", -1);
        StringBuilder name = new StringBuilder("qbull.").append(words[0]);
        for (int i = 1; i < words.length; i++) {
            name.append(Character.toUpperCase(words[i].charAt(0))).append(words[i].substring(1));
        }

        assertThat(setting.property()).hasToString(name.toString());
    }

    @ParameterizedTest
    @EnumSource
    void the_shipped_file_shows_every_setting_with_its_variable(Setting setting) throws IOException {
        assertThat(Files.readString(Path.of("config/application.properties")))
                .contains(setting.property() + " =", setting.variable());
    }
}
