/** The smallest model that LightGBM writes: it asks its first feature, and above 1 is more likely than not. */
export const stumpModel = (first: string, second: string): string => `tree
version=v4
num_class=1
num_tree_per_iteration=1
label_index=0
max_feature_idx=1
objective=binary sigmoid:1
feature_names=${first} ${second}
feature_infos=[0:100] [0:100]
tree_sizes=400

Tree=0
num_leaves=2
num_cat=0
split_feature=0
split_gain=1
threshold=1
decision_type=8
left_child=-1
right_child=-2
leaf_value=-0.5 0.25
leaf_weight=10 10
leaf_count=10 10
internal_value=0
internal_weight=20
internal_count=20
is_linear=0
shrinkage=1


end of trees
`;
