import pytest

from models.errors import InputError
from training.config import HeadConfig, read_config, single_head


def test_default_recipe_is_complete():
    config = read_config()
    assert [head.name for head in config.heads] == ["topic", "subtopic", "intent"]
    assert config.model_id == f"{config.name}@{config.version}"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("name = ", "TOML"),
        ('name="a"\nversion="1"\ncolour="red"\n[[heads]]\nname="x"\nfield="x"\n', "colour"),
        ('name="a"\nversion="1"\n[[heads]]\nname="x"\nfield="x"\nalpha=-1\n', "heads.0.alpha"),
        ('name="a"\nversion="1"\nheads=[]\n', "heads"),
    ],
)
def test_faulty_recipe_is_named(tmp_path, content, message):
    path = tmp_path / "recipe.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_config(path)


def test_missing_recipe_is_named():
    with pytest.raises(InputError, match="找不到"):
        read_config("no-such-recipe")


def test_single_head_drops_what_belongs_to_our_labels():
    config = single_head(read_config(), "类别")
    assert len(config.heads) == 1
    assert config.heads[0].label_set is None
    assert config.heads[0].blend == 0


def test_the_exact_solver_takes_its_own_loss_only():
    settings = {"name": "a", "field": "a", "solver": "exact"}
    assert HeadConfig(**settings, loss="squared_hinge").solver == "exact"
    with pytest.raises(ValueError, match="squared_hinge"):
        HeadConfig(**settings, loss="log_loss")
