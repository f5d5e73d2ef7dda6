package io.qbull.app.ext;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * A Maven project with a single dependency, under the version management of our own project: no library of the application comes in a
 * second version, and other libraries come in the version that the same bills of material name.
 */
final class ExtPom {
    private static final String MANAGED = "/project/dependencyManagement/dependencies/dependency[scope='import']";
    private static final String PLUGIN = "/project/build/plugins/plugin[artifactId='maven-dependency-plugin']/version";

    private final Document ours;

    private ExtPom(Document ours) {
        this.ours = ours;
    }

    /**
     * @param file our own {@code pom.xml}
     * @throws IOException if it cannot be read
     */
    static ExtPom under(Path file) throws IOException {
        try {
            return new ExtPom(builder().parse(file.toFile()));
        } catch (SAXException e) {
            throw new IOException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * @param wanted the dependency
     * @param libraries that keep their versions
     * @return the text of {@code pom.xml}
     */
    String text(Artifact wanted, List<Artifact> libraries) {
        Document pom = builder().newDocument();
        Element project = pom.createElement("project");
        pom.appendChild(project);
        text(project, "modelVersion", "4.0.0");
        text(project, "groupId", "io.qbull");
        text(project, "artifactId", "ext");
        text(project, "version", "1");
        text(project, "packaging", "pom");
        for (Node properties : ours("/project/properties")) {
            project.appendChild(pom.importNode(properties, true));
        }
        Element managed = child(child(project, "dependencyManagement"), "dependencies");
        libraries.forEach(library -> dependency(managed, library));
        for (Node bill : ours(MANAGED)) {
            managed.appendChild(pom.importNode(bill, true));
        }
        dependency(child(project, "dependencies"), wanted);
        Element plugin = child(child(child(project, "build"), "plugins"), "plugin");
        text(plugin, "artifactId", "maven-dependency-plugin");
        for (Node version : ours(PLUGIN)) {
            plugin.appendChild(pom.importNode(version, true));
        }
        return write(pom);
    }

    private List<Node> ours(String path) {
        try {
            NodeList found =
                    (NodeList) XPathFactory.newInstance().newXPath().evaluate(path, ours, XPathConstants.NODESET);
            return IntStream.range(0, found.getLength()).mapToObj(found::item).toList();
        } catch (XPathExpressionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void dependency(Element parent, Artifact artifact) {
        Element dependency = child(parent, "dependency");
        text(dependency, "groupId", artifact.group());
        text(dependency, "artifactId", artifact.name());
        text(dependency, "version", artifact.version());
        if (!artifact.classifier().isEmpty()) {
            text(dependency, "classifier", artifact.classifier());
        }
    }

    private static Element child(Element parent, String name) {
        Element child = parent.getOwnerDocument().createElement(name);
        parent.appendChild(child);
        return child;
    }

    private static void text(Element parent, String name, String text) {
        child(parent, name).setTextContent(text);
    }

    private static String write(Document pom) {
        try {
            StringWriter text = new StringWriter();
            TransformerFactory.newInstance().newTransformer().transform(new DOMSource(pom), new StreamResult(text));
            return text.toString();
        } catch (TransformerException e) {
            throw new IllegalStateException(e);
        }
    }

    private static DocumentBuilder builder() {
        try {
            return DocumentBuilderFactory.newInstance().newDocumentBuilder();
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException(e);
        }
    }
}
