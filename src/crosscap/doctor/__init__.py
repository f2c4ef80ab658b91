"""What is wrong with settings, inputs and the machine, found before any work and told in one pass.

Faults of files have the codes of what reads them (D-1xx in `crosscap.readers.checks`, D-3xx of words, D-9xx of
settings). Besides:

===== ==============================================================================================================
code  what is wrong
===== ==============================================================================================================
D-100 the data set cannot be read
D-211 precomputed features cannot be used
D-212 the backbone or its weights are not to be had, or do not fit
D-321 a dictionary's parts cannot be used: missing, of other languages, without words of the captions
D-322 word vectors cannot be used
D-323 word vectors of two languages have different dimensions
D-324 the text that word vectors are trained on cannot be read
D-325 translations cannot be used
D-326 frozen features of captions cannot be used
D-327 captions cannot be split into words, or have too few
D-410 a benchmark's files cannot be used
D-501 captions or photos of val or test are in train too, or photos of test in val
D-502 a split has no images
D-503 a dictionary or word vectors cover little of the captions
D-601 the results folder or the temporary one cannot be written to
D-602 there is not enough room on the disk
D-603 there is little memory
D-604 the tracking store does not answer
D-605 a library cannot be imported
===== ==============================================================================================================
"""
