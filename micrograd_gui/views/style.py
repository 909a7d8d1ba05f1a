"""The style sheet: how Qt's own widgets look in a mood."""

from __future__ import annotations

from micrograd_gui.resource import resource
from micrograd_gui.views.theme import MONO, Mood


def style_sheet(mood: Mood) -> str:
    """The style sheet of the whole window."""
    t, px = mood.theme, mood.px
    arrow = resource("icons", f"down-{t.name}.svg").as_posix()
    return f"""
    QMainWindow, QMenuBar, QMenu, QToolBar, QStatusBar, QScrollArea, QScrollArea > QWidget > QWidget,
    QDockWidget, QTableView, QHeaderView::section {{ background: {t.panel}; color: {t.text}; }}
    QMainWindow::separator {{ background: {t.line}; width: {px(3)}px; height: {px(3)}px; }}
    QMainWindow::separator:hover {{ background: {t.data}; }}
    QMenuBar {{ border-bottom: 1px solid {t.line}; padding: {px(2)}px {px(8)}px; }}
    QMenuBar::item {{ background: transparent; padding: {px(4)}px {px(9)}px; border-radius: 4px; }}
    QMenuBar::item:selected, QMenu::item:selected {{ background: {t.data}; color: {t.on_data}; }}
    QMenu {{ border: 1px solid {t.line}; padding: {px(4)}px; }}
    QMenu::item {{ padding: {px(5)}px {px(28)}px {px(5)}px {px(10)}px; }}
    QMenu::item:disabled {{ color: {t.muted}; background: transparent; }}
    QMenu::separator {{ height: 1px; background: {t.line}; margin: {px(4)}px; }}
    QToolBar {{ border: 0; border-bottom: 1px solid {t.line}; spacing: {px(6)}px;
        padding: {px(5)}px {px(8)}px; }}
    QToolBar QLabel {{ padding: 0 {px(2)}px; }}
    QToolBar::separator {{ background: {t.line}; width: 1px; margin: {px(4)}px {px(3)}px; }}
    QToolButton, QPushButton {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.line};
        border-radius: {px(6)}px; padding: {px(5)}px {px(10)}px; }}
    QToolButton:hover, QPushButton:hover {{ border-color: {t.frame}; }}
    QToolButton:pressed, QPushButton:pressed, QToolButton:checked, QPushButton:checked {{
        background: {t.chip}; border-color: {t.data}; }}
    QToolButton:focus, QPushButton:focus, QLineEdit:focus {{ border: 2px solid {t.selection}; }}
    QToolButton:disabled, QPushButton:disabled {{ color: {t.muted}; background: {t.panel}; }}
    QToolButton[fill="data"]:enabled {{ background: {t.data}; color: {t.on_data}; border-color: {t.data};
        font-weight: bold; }}
    QToolButton[fill="grad"]:enabled {{ background: {t.grad}; color: {t.on_grad}; border-color: {t.grad};
        font-weight: bold; }}
    QToolButton[fill]:focus {{ border: 2px solid {t.text}; }}
    QLineEdit {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.line};
        border-radius: {px(6)}px; padding: {px(4)}px {px(8)}px;
        selection-background-color: {t.data}; selection-color: {t.on_data}; }}
    QLineEdit#expression, QLineEdit#h {{ font-family: "{MONO}"; }}
    QComboBox {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.line};
        border-radius: {px(6)}px; padding: {px(4)}px {px(8)}px; }}
    QComboBox:hover {{ border-color: {t.frame}; }}
    QComboBox:focus {{ border: 2px solid {t.selection}; }}
    QComboBox:disabled {{ color: {t.muted}; background: {t.panel}; }}
    QComboBox::drop-down {{ border: 0; width: {px(20)}px; }}
    QComboBox::down-arrow {{ image: url("{arrow}"); width: {px(10)}px; height: {px(10)}px; }}
    QComboBox QAbstractItemView {{ background: {t.panel}; color: {t.text}; border: 1px solid {t.line};
        selection-background-color: {t.data}; selection-color: {t.on_data}; }}
    QProgressBar {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.line};
        border-radius: {px(6)}px; text-align: center; }}
    QProgressBar::chunk {{ background: {t.chip}; border-radius: {px(5)}px; }}
    QLineEdit[refused="true"] {{ border: 2px solid {t.bad}; background: {t.bad_fill}; }}
    QCheckBox::indicator:unchecked {{ border: 1px solid {t.frame}; border-radius: 3px; background: {t.raised};
        width: {px(12)}px; height: {px(12)}px; }}
    QLabel {{ background: transparent; color: {t.text}; }}
    QLabel[muted="true"] {{ color: {t.muted}; }}
    QLabel[refused="true"] {{ color: {t.bad}; font-weight: bold; }}
    QDockWidget::title {{ background: {t.panel}; padding: {px(6)}px {px(10)}px;
        border-bottom: 1px solid {t.line}; }}
    QDockWidget {{ color: {t.muted}; }}
    QTabBar::tab {{ background: {t.raised}; color: {t.muted}; padding: {px(5)}px {px(12)}px;
        border: 1px solid {t.line}; }}
    QTabBar::tab:selected {{ background: {t.panel}; color: {t.text}; border-bottom: 2px solid {t.data}; }}
    QHeaderView::section {{ color: {t.muted}; border: 0; border-bottom: 1px solid {t.line};
        padding: {px(4)}px {px(6)}px; }}
    QTableView {{ border: 0; gridline-color: {t.line}; selection-background-color: {t.chip};
        selection-color: {t.text}; }}
    QToolTip {{ background: {t.panel}; color: {t.text}; border: 1px solid {t.frame}; padding: {px(4)}px; }}
    QStatusBar {{ border-top: 1px solid {t.line}; }}
    QStatusBar::item {{ border: 0; }}
    """
