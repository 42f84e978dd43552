"""What a referee would say of figures, and how to keep those that a program makes."""

from matplotlib.figure import Figure


def objections(figure: Figure) -> list[str]:
    """What a referee would say of a figure: no axes, axes without data, axes without a label."""
    found = [] if figure.axes else ["no axes"]
    for number, axes in enumerate(figure.axes):
        if not axes.has_data():
            found.append(f"axes {number} are empty")
        if hasattr(axes, "_colorbar"):  # labelled on one side only
            labels = [axes.get_xlabel() + axes.get_ylabel()]
        else:
            labels = [
                # Panels that share an axis with others may leave its label to one of them.
                "".join(other.get_xlabel() for other in axes.get_shared_x_axes().get_siblings(axes)),
                "".join(other.get_ylabel() for other in axes.get_shared_y_axes().get_siblings(axes)),
            ]
        found += [f"axes {number} have no label" for label in labels if not label.strip()]
    return found


def keep_figures() -> list[Figure]:
    """A list to which every figure made from now on is added, also those that pyplot does not know."""
    figures: list[Figure] = []
    create = Figure.__init__

    def create_and_keep(figure, *args, **kwargs):
        create(figure, *args, **kwargs)
        figures.append(figure)

    Figure.__init__ = create_and_keep
    return figures
