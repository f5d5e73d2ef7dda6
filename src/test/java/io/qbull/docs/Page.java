package io.qbull.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A page of the documentation.
 *
 * @param path from the top of the repository
 * @param blocks fenced code, in order
 * @param prose the lines outside of fenced code
 */
record Page(Path path, List<Block> blocks, List<Line> prose) {
    private static final Pattern FENCE = Pattern.compile("\\s*```(\\w*)");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");

    /**
     * @param number from 1
     * @param text without the line's end
     */
    record Line(int number, String text) {
        boolean isTableRow() {
            return text.startsWith("|");
        }

        boolean isHeading() {
            return text.startsWith("#");
        }

        /** The cells of a table row, stripped. */
        List<String> cells() {
            String[] cells = text.split("(?<!\\\\)\\|", -1);
            return Stream.of(cells)
                    .skip(1)
                    .limit(cells.length - 2L)
                    .map(String::strip)
                    .toList();
        }
    }

    /**
     * @param page in which it stands
     * @param line of its first fence
     * @param language as the fence names it, may be empty
     * @param text between the fences, without the indentation of the first fence
     */
    record Block(Path page, int line, String language, String text) {
        @Override
        public String toString() {
            return page + ":" + line;
        }
    }

    /** All pages, the README first. */
    static List<Page> all() {
        List<Path> paths = new ArrayList<>(Stream.of("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
                .map(Path::of)
                .toList());
        try (Stream<Path> docs = Files.walk(Path.of("docs"))) {
            docs.filter(path -> path.toString().endsWith(".md")).sorted().forEach(paths::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return paths.stream().map(Page::read).toList();
    }

    /** The page {@code docs/NAME.md}. */
    static Page of(String name) {
        return read(Path.of("docs", name + ".md"));
    }

    private static Page read(Path path) {
        List<Block> blocks = new ArrayList<>();
        List<Line> prose = new ArrayList<>();
        List<String> lines;
        try {
            lines = Files.readAllLines(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (int i = 0; i < lines.size(); i++) {
            Matcher fence = FENCE.matcher(lines.get(i));
            if (!fence.lookingAt()) {
                prose.add(new Line(i + 1, lines.get(i)));
                continue;
            }
            int first = i;
            StringBuilder text = new StringBuilder();
            for (i++; !lines.get(i).strip().equals("```"); i++) {
                text.append(lines.get(i)).append('\n');
            }
            blocks.add(
                    new Block(path, first + 1, fence.group(1), text.toString().stripIndent()));
        }
        return new Page(path, List.copyOf(blocks), List.copyOf(prose));
    }

    /** The blocks in one language. */
    Stream<Block> blocks(String language) {
        return blocks.stream().filter(block -> block.language().equals(language));
    }

    /** Inline code, such as {@code `this`}. */
    Stream<String> inlineCode() {
        return prose.stream()
                .flatMap(line -> CODE.matcher(line.text()).results())
                .map(code -> code.group(1));
    }

    /** The anchors of its headings, as GitHub makes them. */
    List<String> anchors() {
        return prose.stream()
                .filter(Line::isHeading)
                .map(line -> line.text()
                        .replaceFirst("#+ ", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N}_ -]", "")
                        .replace(' ', '-'))
                .toList();
    }

    /** The rows of all tables whose first column has this title, without title and rule. */
    List<List<String>> table(String title) {
        List<List<String>> rows = new ArrayList<>();
        boolean inside = false;
        for (Line line : prose) {
            if (!line.isTableRow()) {
                inside = false;
            } else if (line.cells().get(0).equals(title)) {
                inside = true;
            } else if (inside && !line.text().startsWith("|---")) {
                rows.add(line.cells());
            }
        }
        return rows;
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
