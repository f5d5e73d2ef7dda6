package io.qbull.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.app.Main;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** What every page keeps: its links lead somewhere, its lines are short, and the commands in its sentences exist. */
class PagesTest {
    private static final int LONGEST_LINE = 120;
    private static final int LONGEST_CELL = 125;
    private static final int LINES_WITHOUT_CONTENTS = 60;
    private static final Pattern LINK = Pattern.compile("\\[[^\\]]+\\]\\(([^)\\s]+)\\)");
    private static final Pattern COMMAND = Pattern.compile(" {4,}(\\./qbull|mvn|curl|java|camel|docker|kubectl) .*");

    static List<Page> pages() {
        return Page.all();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void every_link_leads_to_a_file_and_a_heading_that_exist(Page page) {
        for (Page.Line line : page.prose()) {
            LINK.matcher(line.text())
                    .results()
                    .map(link -> link.group(1))
                    .filter(link -> !link.startsWith("https://"))
                    .forEach(link -> assertThat(leadsSomewhere(page, link))
                            .as(page + ":" + line.number() + " " + link)
                            .isTrue());
        }
    }

    private static boolean leadsSomewhere(Page page, String link) {
        String[] parts = link.split("#", 2);
        Path folder = Objects.requireNonNull(page.path().toAbsolutePath().getParent());
        Path top = Path.of("").toAbsolutePath();
        Path target = parts[0].isEmpty()
                ? page.path()
                : top.relativize(folder.resolve(parts[0]).normalize());
        if (parts.length == 1) {
            return Files.exists(target);
        }
        return Page.all().stream()
                .filter(other -> other.path().equals(target))
                .anyMatch(other -> other.anchors().contains(parts[1]));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void lines_and_table_cells_are_short(Page page) {
        for (Page.Line line : page.prose()) {
            if (line.isTableRow()) {
                assertThat(line.cells())
                        .as(page + ":" + line.number())
                        .allSatisfy(cell -> assertThat(cell).hasSizeLessThanOrEqualTo(LONGEST_CELL));
            } else {
                assertThat(line.text()).as(page + ":" + line.number()).hasSizeLessThanOrEqualTo(LONGEST_LINE);
            }
        }
        for (Page.Block block : page.blocks()) {
            assertThat(block.text().lines())
                    .as(block.toString())
                    .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(LONGEST_LINE));
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void a_long_page_lists_its_sections_at_the_top(Page page) {
        boolean isReference = page.path().startsWith("docs") && !page.path().startsWith("docs/decisions");
        if (isReference && page.prose().size() > LINES_WITHOUT_CONTENTS) {
            List<String> sections = new ArrayList<>();
            StringBuilder contents = new StringBuilder();
            for (Page.Line line : page.prose()) {
                if (line.text().startsWith("## ")) {
                    sections.add(line.text().substring(3));
                } else if (sections.isEmpty()) {
                    contents.append(line.text()).append('\n');
                }
            }
            List<String> listed = LINK.matcher(contents)
                    .results()
                    .map(link -> link.group(1))
                    .filter(link -> link.startsWith("#"))
                    .map(link -> link.substring(1))
                    .toList();
            assertThat(listed).isNotEmpty().containsAll(anchorsOf(page, sections));
        }
    }

    private static List<String> anchorsOf(Page page, List<String> sections) {
        List<String> headings = page.prose().stream()
                .filter(Page.Line::isHeading)
                .map(line -> line.text().replaceFirst("#+ ", ""))
                .toList();
        return sections.stream()
                .map(section -> page.anchors().get(headings.indexOf(section)))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void a_command_stands_in_a_block_that_is_run(Page page) {
        assertThat(page.prose()).noneMatch(line -> COMMAND.matcher(line.text()).matches());
        assertThat(page.blocks())
                .extracting(Page.Block::language)
                .isSubsetOf("", "sh", "yaml", "properties", "java", "xml", "json", "python", "sql");
        assertThat(page.blocks(""))
                .noneMatch(block -> block.text().lines().anyMatch(line -> line.startsWith("./qbull")));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void a_command_in_a_sentence_names_verbs_and_options_that_exist(Page page) {
        CommandLine program = Main.commandLine(Path.of("").toAbsolutePath());
        page.inlineCode().filter(code -> code.startsWith("./qbull ")).forEach(code -> {
            CommandLine command = program;
            for (String word : code.substring("./qbull ".length()).split(" ", -1)) {
                if (word.startsWith("--")) {
                    assertThat(command.getCommandSpec().optionsMap())
                            .as(page + ": " + code)
                            .containsKey(word);
                } else if (!command.getSubcommands().isEmpty()) {
                    assertThat(command.getSubcommands()).as(page + ": " + code).containsKey(word);
                    command = Objects.requireNonNull(command.getSubcommands().get(word));
                }
            }
        });
    }

    @ParameterizedTest
    @MethodSource("pages")
    void a_maven_command_in_a_sentence_can_be_run(Page page) {
        page.inlineCode()
                .filter(code -> code.startsWith("mvn "))
                .forEach(code -> KnownTools.check(List.of(code.split(" ", -1)), page.toString()));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void a_test_that_a_page_names_exists(Page page) {
        Pattern name = Pattern.compile("\\b[A-Z][A-Za-z]+(Test|IT)\\b");
        page.prose().stream()
                .flatMap(line -> name.matcher(line.text()).results())
                .map(MatchResult::group)
                .forEach(test -> assertThat(KnownTools.testClass(test))
                        .as(page + ": " + test)
                        .isTrue());
    }
}
