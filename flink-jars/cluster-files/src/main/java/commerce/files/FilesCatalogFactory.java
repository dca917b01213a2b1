package commerce.files;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.catalog.Catalog;
import org.apache.flink.table.factories.CatalogFactory;
import org.apache.flink.table.factories.FactoryUtil;

/** The catalog type `commerce-files`, which Flink finds through META-INF/services. */
public final class FilesCatalogFactory implements CatalogFactory {
    private static final ConfigOption<String> ROOT =
            ConfigOptions.key("root").stringType().noDefaultValue();

    @Override
    public Catalog createCatalog(Context context) {
        FactoryUtil.CatalogFactoryHelper options = FactoryUtil.createCatalogFactoryHelper(this, context);
        options.validate();
        Path root = Path.of(options.getOptions().get(ROOT));
        if (!root.isAbsolute() || !Files.isDirectory(root))
            throw new ValidationException("root: " + root + " is not the absolute path of a folder");
        return new FilesCatalog(context.getName(), new Root(root));
    }

    @Override
    public String factoryIdentifier() {
        return "commerce-files";
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of(ROOT);
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        return Set.of();
    }
}
